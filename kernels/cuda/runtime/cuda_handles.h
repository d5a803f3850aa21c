// CUDA's streams and events as values that clean up after themselves.
#pragma once

#include <cuda_runtime_api.h>

#include "kernels/cuda/runtime/cuda_error.h"

namespace nanopneumo::cuda {

/// A queue of the device that does not wait for CUDA's default queue.
class StreamHandle {
 public:
  StreamHandle() {
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
  }
  StreamHandle(const StreamHandle&) = delete;
  StreamHandle& operator=(const StreamHandle&) = delete;
  ~StreamHandle() { static_cast<void>(cudaStreamDestroy(stream_)); }
  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

/// A mark in a queue that the host and other queues can wait for. Before its first record() there is
/// nothing to wait for.
class Event {
 public:
  Event() {
    check(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming), "cudaEventCreateWithFlags");
  }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { static_cast<void>(cudaEventDestroy(event_)); }

  /// Marks what has been issued to `stream` so far.
  void record(cudaStream_t stream) { check(cudaEventRecord(event_, stream), "cudaEventRecord"); }
  /// Returns when the device has come to the mark.
  void wait() const { check(cudaEventSynchronize(event_), "cudaEventSynchronize"); }
  /// What is issued to `stream` from now on begins after the mark.
  void hold(cudaStream_t stream) const {
    check(cudaStreamWaitEvent(stream, event_, 0), "cudaStreamWaitEvent");
  }

 private:
  cudaEvent_t event_ = nullptr;
};

}  // namespace nanopneumo::cuda
