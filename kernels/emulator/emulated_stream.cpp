#include "kernels/emulator/emulated_stream.h"

#include <cstdlib>
#include <cstring>
#include <new>

#include "kernels/cpu/openmp_threads.h"

namespace nanopneumo::emulator {

EmulatedStream::EmulatedStream(int threads, Schedule schedule)
    : grid_(threads > 0 ? threads : cpu::available_threads(), schedule),
      workspace_(nullptr, [](std::byte* memory) { std::free(memory); }) {
  cpu::use_threads(grid_.threads());
}

// Exactly as large as asked for, and anew each time: AddressSanitizer then finds what goes beyond it,
// and nothing can rely on what an operation before has left there.
void* EmulatedStream::workspace(std::size_t bytes) {
  constexpr std::size_t kAlignment = 256;
  workspace_.reset();
  workspace_.reset(static_cast<std::byte*>(
      std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment)));
  if (!workspace_) throw std::bad_alloc();
  std::memset(workspace_.get(), 0xFF, bytes);  // NaN
  return workspace_.get();
}

void EmulatedStream::upload(void* device_memory, const void* host, std::size_t bytes) {
  if (bytes) std::memcpy(device_memory, host, bytes);
}

}  // namespace nanopneumo::emulator
