// launch() in the emulation.
#pragma once

#include <functional>

#include "kernels/emulator/emulated_stream.h"

namespace nanopneumo::emulator {

template <class... Parameters>
void issue(GpuStream& stream, const char* name, void (*kernel)(Parameters...), dim3 grid,
           dim3 block, std::size_t shared_bytes, const Parameters&... arguments) {
  const LaunchConfig config{name, grid, block, shared_bytes};
  const auto thread = [&] { kernel(arguments...); };
  static_cast<EmulatedStream&>(stream).run(config, std::ref(thread));
}

}  // namespace nanopneumo::emulator
