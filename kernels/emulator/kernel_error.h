// What the emulation says of a kernel that is wrong.
#pragma once

#include <stdexcept>
#include <string>

namespace nanopneumo::emulator {

/// A kernel broke a rule of the execution model. The message names the kernel, the block, the
/// thread and what happened.
class KernelError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

}  // namespace nanopneumo::emulator
