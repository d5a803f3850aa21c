#include "kernels/cuda/runtime/cuda_memory.h"

#include <algorithm>
#include <atomic>
#include <new>

#include "kernels/cuda/runtime/cuda_error.h"

namespace nanopneumo::cuda {
namespace {

std::atomic<std::uint64_t> requests = 0;

/// CUDA gives null for no bytes at all, which would look like a refusal.
std::size_t at_least_one(std::size_t bytes) { return std::max<std::size_t>(bytes, 1); }

void* or_throw(void* memory) {
  if (!memory) throw std::bad_alloc();
  return memory;
}

}  // namespace

std::uint64_t memory_requests() { return requests; }

void* take_device_memory(std::size_t bytes) {
  void* memory = nullptr;
  ++requests;
  const cudaError_t answer = cudaMalloc(&memory, at_least_one(bytes));
  if (answer == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    return nullptr;
  }
  check(answer, "cudaMalloc of {} bytes", bytes);
  return memory;
}

void* take_device_memory_or_throw(std::size_t bytes) { return or_throw(take_device_memory(bytes)); }

// A failure here repeats what an earlier call has reported, or the process is ending.
void give_back_device_memory(void* memory) noexcept {
  if (memory) static_cast<void>(cudaFree(memory));
}

void* take_pinned_memory(std::size_t bytes) {
  void* memory = nullptr;
  ++requests;
  const cudaError_t answer = cudaMallocHost(&memory, at_least_one(bytes));
  if (answer == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    throw std::bad_alloc();
  }
  check(answer, "cudaMallocHost of {} bytes", bytes);
  return memory;
}

void give_back_pinned_memory(void* memory) noexcept {
  if (memory) static_cast<void>(cudaFreeHost(memory));
}

}  // namespace nanopneumo::cuda
