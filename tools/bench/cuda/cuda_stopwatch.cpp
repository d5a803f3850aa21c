// Time between two events in a GPU's queue.
#include <algorithm>
#include <stdexcept>

#include "kernels/cuda/runtime/cuda_error.h"
#include "kernels/cuda/runtime/cuda_memory.h"
#include "tools/bench/cuda/cuda_queue.h"
#include "tools/bench/stopwatch.h"

namespace nanopneumo::bench {
namespace {

class TimedEvent {
 public:
  TimedEvent() { cuda::check(cudaEventCreate(&event_), "cudaEventCreate"); }
  TimedEvent(const TimedEvent&) = delete;
  TimedEvent& operator=(const TimedEvent&) = delete;
  ~TimedEvent() { static_cast<void>(cudaEventDestroy(event_)); }
  cudaEvent_t get() const { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

class CudaStopwatch final : public Stopwatch {
 public:
  explicit CudaStopwatch(Device& device) : queue_(queue_of(device)) {
    int number = 0, cache = 0;
    cuda::check(cudaGetDevice(&number), "cudaGetDevice");
    cuda::check(cudaDeviceGetAttribute(&cache, cudaDevAttrL2CacheSize, number),
                "cudaDeviceGetAttribute(cudaDevAttrL2CacheSize)");
    flushed_bytes_ = std::max<std::size_t>(2 * static_cast<std::size_t>(cache), kLeastFlush);
  }

  double median_seconds(int repeats, const std::function<void()>& issue) override {
    issue();
    issue();
    std::vector<double> seconds;
    for (int i = 0; i < repeats; ++i) seconds.push_back(once(issue));
    return median(seconds);
  }

 private:
  // While the device overwrites its L2 cache (some 40 us) the host issues the work, so that the time
  // between the events holds no waiting for the host.
  double once(const std::function<void()>& issue) {
    cuda::check(cudaMemsetAsync(flushed_.at_least(flushed_bytes_), 0, flushed_bytes_, queue_),
                "cudaMemsetAsync of {} bytes", flushed_bytes_);
    cuda::check(cudaEventRecord(start_.get(), queue_), "cudaEventRecord");
    issue();
    cuda::check(cudaEventRecord(end_.get(), queue_), "cudaEventRecord");
    cuda::check(cudaEventSynchronize(end_.get()), "cudaEventSynchronize");
    float milliseconds = 0;
    cuda::check(cudaEventElapsedTime(&milliseconds, start_.get(), end_.get()),
                "cudaEventElapsedTime");
    return 1e-3 * milliseconds;
  }

  static constexpr std::size_t kLeastFlush = std::size_t{128} << 20;

  cudaStream_t queue_;
  std::size_t flushed_bytes_;
  cuda::DeviceMemory flushed_;
  TimedEvent start_, end_;
};

}  // namespace

std::unique_ptr<Stopwatch> gpu_stopwatch(Device& device) {
  return std::make_unique<CudaStopwatch>(device);
}

}  // namespace nanopneumo::bench
