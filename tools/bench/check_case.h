// No figure is printed of a kernel that computes something else than its contract says.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/bench/buffers.h"

namespace nanopneumo::bench {

using Outputs = std::map<std::string, std::vector<float>>;

/// The outputs of one call of `op_case` on the cpu device.
Outputs expected_outputs(Device& cpu, const OpCase& op_case);
/// The outputs that lie in `buffers` now.
Outputs outputs_of(const OpCase& op_case, const Buffers& buffers);

/// What is wrong with an output, or nothing: a NaN, or a value too far from what is expected.
std::string difference(const std::vector<float>& expected, const std::vector<float>& got,
                       const Tolerance& tolerance);
/// The same for all outputs of a case.
std::string difference(const OpCase& op_case, const Outputs& expected, const Outputs& got);

}  // namespace nanopneumo::bench
