// What an honest run says of its test pictures, told once.
#pragma once

#include <span>
#include <string>

#include "io/image_set.h"
#include "train/run_folder.h"

namespace nanopneumo {

/// Whether the run still has to look at its test part: it is honest, has one, and test.json is not
/// there.
bool owes_test(const Config& config, const RunFolder& folder);

/// Throws InputError where an honest run's test.json is there: training on and choosing again would be a choice by the
/// test.
void refuse_after_test(const Config& config, const RunFolder& folder);

/// The text of test.json: what was scored (`epoch` of the run, `source` of `images`), the metrics with
/// their 95 % intervals, and each picture's probability. Undefined figures are null.
std::string test_result_json(const Config& config, std::int64_t epoch, const std::string& source,
                             const std::vector<std::string>& classes, const ImageSet& images,
                             std::span<const double> scores);

}  // namespace nanopneumo
