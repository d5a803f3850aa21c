#include "kernels/cpu/cpu_stream.h"

#include <stdexcept>

#include "kernels/cpu/onednn_primitives.h"
#include "kernels/cpu/openmp_threads.h"

namespace nanopneumo {
CpuStream::CpuStream(int threads)
    : threads_(threads > 0 ? threads : cpu::available_threads()), onednn_(new OneDnn(threads_)) {
  if (threads_ > omp_get_thread_limit())
    throw std::invalid_argument(
        "more threads than the OpenMP runtime may start (OMP_THREAD_LIMIT)");
  cpu::use_threads(threads_);
}

CpuStream::~CpuStream() = default;

void CpuStream::release_workspace() {
  workspace_.reset();
  workspace_bytes_ = 0;
}

void* CpuStream::workspace(std::size_t bytes) {
  if (bytes > workspace_bytes_) {
    release_workspace();
    workspace_ = cpu::allocate_bytes(bytes);
    workspace_bytes_ = bytes;
  }
  return workspace_.get();
}

}  // namespace nanopneumo
