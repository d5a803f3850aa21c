// What the reproduced paper reports: A. Jain, "Pneumonia detection using transfer learning and
// convolutional neural networks".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace nanopneumo::report {

inline constexpr std::int64_t kPaperValidationImages = 624;

/// The best validation accuracy of one of its models, as the number of right answers that it is:
/// 93.27 % are 582 of 624.
struct PaperResult {
  std::string_view model;  ///< as nanopneumo names it
  std::int64_t right;      ///< of kPaperValidationImages
  std::optional<int> epoch;
};

/// The other five models' accuracies are not given as numbers.
inline constexpr std::array<PaperResult, 3> kPaperResults{
    {{"resnet50", 582, 7}, {"mobilenet", 559, 10}, {"cnn", 537, std::nullopt}}};

/// By how many points of accuracy its seven transfer models are above its CNN on average. The paper states this number;
/// from the table it cannot be computed, since five of the seven are not given (those two alone are 5.37 above).
inline constexpr double kPaperTransferGain = 4.35;

inline std::optional<PaperResult> paper_result(std::string_view model) {
  for (const PaperResult& result : kPaperResults)
    if (result.model == model) return result;
  return std::nullopt;
}

}  // namespace nanopneumo::report
