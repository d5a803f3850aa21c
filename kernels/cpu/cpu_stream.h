// The CPU's stream: number of threads, oneDNN primitives that were made once, scratch memory.
#pragma once

#include <cstddef>
#include <memory>

#include "kernels/cpu/aligned_memory.h"
#include "kernels/stream.h"

namespace nanopneumo {

/// Threads are those of the OpenMP runtime (shared with oneDNN, which Debian builds with OpenMP): the
/// one documented thread pool of the process. The constructor sets its size.
class CpuStream final : public Stream {
 public:
  /// threads = 0: all the CPUs that this process may use. Throws std::invalid_argument where the
  /// runtime may not start as many: kernels that wait for each other would wait for ever.
  explicit CpuStream(int threads);
  ~CpuStream() override;
  CpuStream(const CpuStream&) = delete;
  CpuStream& operator=(const CpuStream&) = delete;

  void synchronize() override {}  ///< every operation is done when it returns
  int threads() const { return threads_; }

  /// Scratch memory of at least `bytes` bytes, 64-byte aligned, valid until the next call.
  void* workspace(std::size_t bytes);
  /// Gives it back.
  void release_workspace();

  /// oneDNN's engine, stream and the cache of primitives (onednn_primitives.h).
  struct OneDnn;
  OneDnn& onednn() { return *onednn_; }

 private:
  int threads_;
  std::unique_ptr<OneDnn> onednn_;
  cpu::AlignedBytes workspace_;
  std::size_t workspace_bytes_ = 0;
};

}  // namespace nanopneumo
