// What there is of CUDA on this machine.
#pragma once

#include <string>
#include <vector>

namespace nanopneumo::cuda {

/// The CUDA version that the program was compiled with, and the architectures it has code for.
std::string compiled_for();

struct Status {
  std::string driver;             ///< its newest CUDA version, or nothing without a driver
  std::vector<std::string> gpus;  ///< name, capability, memory
  /// Why the first GPU cannot be used, as a clause ("there is no NVIDIA driver"), or nothing.
  std::string missing;
};

/// Asks the driver; throws nothing.
Status status();

}  // namespace nanopneumo::cuda
