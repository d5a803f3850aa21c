#include "kernels/emulator/grid.h"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <numeric>

#include "kernels/emulator/kernel_error.h"
#include "kernels/philox.h"

namespace nanopneumo::emulator {
namespace {

void check(const LaunchConfig& launch) {
  const auto [gx, gy, gz] = launch.grid;
  const auto [bx, by, bz] = launch.block;
  const bool grid_fits = gx && gy && gz && gx <= 0x7FFFFFFFu && gy <= 65535 && gz <= 65535;
  const bool block_fits = launch.block.count() >= 1 && bx <= 1024 && by <= 1024 && bz <= 64 &&
                          launch.block.count() <= kMaxThreadsPerBlock;
  if (!grid_fits || !block_fits || launch.shared_bytes > kMaxShared)
    throw KernelError(fmt::format(
        "kernel {} cannot be launched with grid ({}, {}, {}), block ({}, {}, {}) and {} "
        "bytes of dynamic shared memory",
        launch.kernel, gx, gy, gz, bx, by, bz, launch.shared_bytes));
}

/// The order in which the blocks begin.
std::vector<std::uint32_t> block_order(std::size_t blocks, const Schedule& schedule) {
  std::vector<std::uint32_t> order(blocks);
  std::iota(order.begin(), order.end(), 0u);
  if (schedule.order == ThreadOrder::reverse) std::ranges::reverse(order);
  if (schedule.order == ThreadOrder::shuffled) {
    const RandomKey key{.seed = schedule.seed, .stream = 0xFFFFFFFFu};
    for (std::size_t i = blocks; i > 1; --i)
      std::swap(
          order[i - 1],
          order[static_cast<std::size_t>(random_uniform_double(key, i) * static_cast<double>(i))]);
  }
  return order;
}

}  // namespace

GridRunner::GridRunner(int threads, Schedule schedule) : schedule_(schedule) {
  for (int i = 0; i < threads; ++i) runners_.push_back(std::make_unique<BlockRunner>());
}

void GridRunner::observe(const std::vector<BlockObserver*>& observers) {
  for (std::size_t i = 0; i < runners_.size(); ++i)
    runners_[i]->observe(observers.empty() ? nullptr : observers.at(i));
}

void GridRunner::run(const LaunchConfig& launch, const std::function<void()>& kernel) {
  check(launch);
  const auto blocks = static_cast<std::int64_t>(launch.grid.count());
  const std::vector<std::uint32_t> order = block_order(static_cast<std::size_t>(blocks), schedule_);
  std::exception_ptr error;
  std::atomic<bool> failed = false;
  std::mutex mutex;
  const int team = static_cast<int>(std::min<std::int64_t>(threads(), blocks));
#pragma omp parallel for num_threads(team) schedule(dynamic)
  for (std::int64_t i = 0; i < blocks; ++i) {
    if (failed) continue;
    const std::uint32_t b = order[static_cast<std::size_t>(i)];
    const uint3 block{b % launch.grid.x, b / launch.grid.x % launch.grid.y,
                      b / launch.grid.x / launch.grid.y};
    try {
      runners_[static_cast<std::size_t>(omp_get_thread_num())]->run(launch, block, schedule_,
                                                                    kernel);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!error) error = std::current_exception();
      failed = true;
    }
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace nanopneumo::emulator
