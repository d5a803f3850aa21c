// What the launchers need of a stream, on a GPU and in the emulation.
#pragma once

#include <cstddef>

#include "kernels/cuda/gemm_policy.h"
#include "kernels/stream.h"

namespace nanopneumo {

/// A queue of kernels. Work is done in the order in which it is issued.
class GpuStream : public Stream {
 public:
  /// Scratch memory on the device, at least `bytes` bytes, 256-byte aligned. It is valid for what is
  /// issued until the next call. Grows in the first step and is kept: allocates nothing later.
  virtual void* workspace(std::size_t bytes) = 0;
  /// Copies `bytes` bytes of the host's memory to the device, in the order of the stream; the source
  /// may be reused on return.
  virtual void upload(void* device_memory, const void* host, std::size_t bytes) = 0;
  /// How many blocks it takes to keep the device busy: a multiple of its multiprocessors.
  virtual int multiprocessors() const = 0;
  /// Who multiplies plain matrices of float32 instead of our kernels, or null.
  virtual LibraryGemm* library_gemm() { return nullptr; }
};

inline GpuStream& gpu_stream(Stream& stream) { return static_cast<GpuStream&>(stream); }

}  // namespace nanopneumo
