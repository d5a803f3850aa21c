// What a device finds out about how to run convolutions, kept by whoever makes the device.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace nanopneumo {

/// By which algorithm each convolution of compiled plans runs. A convolution goes by its words ("4 images, conv
/// 3x3 /1 63x63x64 -> 64 relu"), an algorithm by the device's name for it.
class PlanChoices {
 public:
  virtual ~PlanChoices() = default;
  /// One of `possible`; nothing where the device is to find it out by the clock. Throws where it may not, or where
  /// what is kept is none of these.
  virtual std::optional<std::string> find(const std::string& convolution,
                                          std::span<const std::string_view> possible) = 0;
  /// What the clock said.
  virtual void add(const std::string& convolution, std::string_view algorithm) = 0;
  /// All convolutions of a plan have been asked for.
  virtual void plan_is_complete() = 0;
};

}  // namespace nanopneumo
