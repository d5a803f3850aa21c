#include "tools/bench/stopwatch.h"

#include <algorithm>
#include <chrono>

namespace nanopneumo::bench {
namespace {

class HostStopwatch final : public Stopwatch {
 public:
  double median_seconds(int repeats, const std::function<void()>& issue) override {
    using Clock = std::chrono::steady_clock;
    issue();
    issue();
    std::vector<double> seconds;
    for (int i = 0; i < repeats; ++i) {
      flush_caches();
      const auto start = Clock::now();
      issue();
      seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    }
    return median(seconds);
  }

 private:
  void flush_caches() {
    for (std::size_t i = 0; i < flushed_.size(); i += kLine) ++flushed_[i];
  }

  static constexpr std::size_t kLine = 64;
  std::vector<unsigned char> flushed_ =
      std::vector<unsigned char>(std::size_t{64} << 20);  // more than a core's share of any L3
};

}  // namespace

std::unique_ptr<Stopwatch> host_stopwatch() { return std::make_unique<HostStopwatch>(); }

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace nanopneumo::bench
