// A device as a user asks for it.
#pragma once

#include <memory>
#include <string>

#include "tensor/device.h"

namespace nanopneumo {

/// Where, how exactly and on how many threads to compute.
struct DeviceOptions {
  std::string device = "cpu";  ///< cpu, cuda or emulated
  int threads = 0;             ///< of the CPU; 0: all
  /// What GPUs multiply in: float32, or tf32 or bf16 on their tensor cores.
  std::string precision = "float32";
  std::string gemm = "ours";  ///< whose matrix products GPUs run: ours or cublas
  /// Algorithms of the convolutions of frozen parts on the cpu: default, measured or a file (train/plan_file.h).
  std::string plan = "default";

  /// Throws InputError for names that there are not, and for those that do not go together.
  void validate() const;
  /// Whether this machine's CPU, where it is the device, can compute in this precision. What a run of another machine
  /// was computed in can be read anywhere.
  bool is_precision_here() const;
  /// Throws InputError where it cannot.
  void require_precision() const;
};

/// Throws InputError, saying what is missing, where this machine cannot do it. `choices`: what options.plan stands
/// for; null for default.
std::unique_ptr<Device> make_device(const DeviceOptions& options,
                                    std::shared_ptr<PlanChoices> choices = nullptr);

/// One line: the device's hardware and how it computes. The device has been made.
std::string describe_device(const DeviceOptions& options);

/// 0 becomes the number of CPUs this process may use.
int resolve_threads(int threads);

}  // namespace nanopneumo
