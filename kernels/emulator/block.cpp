#include "kernels/emulator/block.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <numeric>

#include "kernels/emulator/kernel_error.h"
#include "kernels/philox.h"

namespace nanopneumo::emulator {

constinit thread_local BlockRunner* this_block = nullptr;
constinit thread_local uint3 threadIdx, blockIdx;
constinit thread_local dim3 blockDim, gridDim;

namespace {

bool same_place(const std::source_location& a, const std::source_location& b) {
  return a.line() == b.line() &&
         (a.file_name() == b.file_name() || std::strcmp(a.file_name(), b.file_name()) == 0);
}

std::string str(const std::source_location& at) {
  return fmt::format("{}:{}", at.file_name(), at.line());
}

std::string str(uint3 v) { return fmt::format("({}, {}, {})", v.x, v.y, v.z); }
std::string str(const dim3& v) { return str(uint3{v.x, v.y, v.z}); }

}  // namespace

uint3 BlockRunner::thread_index(unsigned thread) const {
  const dim3& size = launch_->block;
  return {thread % size.x, thread / size.x % size.y, thread / (size.x * size.y)};
}

std::string BlockRunner::where(unsigned thread) const {
  return fmt::format("kernel {}, block {} of {}, thread {} of {}", launch_->kernel, str(block_),
                     str(launch_->grid), str(thread_index(thread)), str(launch_->block));
}

void BlockRunner::fail(const std::string& what) const {
  throw KernelError(where(current_) + ": " + what);
}

void BlockRunner::make_order(const Schedule& schedule) {
  if (phase_ > 0 && schedule.order != ThreadOrder::shuffled) return;
  order_.resize(threads_in_block_);
  std::iota(order_.begin(), order_.end(), 0u);
  if (schedule.order == ThreadOrder::reverse) std::ranges::reverse(order_);
  if (schedule.order == ThreadOrder::shuffled) {
    const RandomKey key{.seed = schedule.seed, .stream = block_.x, .step = block_.y};
    for (std::size_t i = order_.size(); i > 1; --i) {  // Fisher & Yates
      const double u = random_uniform_double(key, phase_ * kMaxThreadsPerBlock + i);
      std::swap(order_[i - 1], order_[static_cast<std::size_t>(u * static_cast<double>(i))]);
    }
  }
  ++phase_;
}

void BlockRunner::fence() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (observer_) observer_->fence();
}

SharedMemory& BlockRunner::shared() { return shared_; }
unsigned BlockRunner::current_thread() const { return current_; }
AsyncCopies& BlockRunner::async_copies() { return threads_[current_].async_copies; }

// The body of every fiber.
void BlockRunner::run_current_thread() {
  Thread& self = threads_[current_];
  self.inside = true;
  self.async_copies.clear();
  try {
    (*kernel_)();
  } catch (const Cancelled&) {
  } catch (const KernelError& error) {
    if (error_.empty()) error_ = error.what();
  } catch (const std::exception& error) {
    if (error_.empty()) error_ = where(current_) + ": " + error.what();
  }
  self.inside = false;
  self.state = State::ended;
}

void BlockRunner::suspend_current() {
  threads_[current_].fiber->suspend();
  if (cancelled_) throw Cancelled();
}

void BlockRunner::wait_for_block(const std::source_location& at) {
  threads_[current_].state = State::at_block_barrier;
  threads_[current_].at = at;
  suspend_current();
}

void BlockRunner::warp_operation(const WarpOperation& operation) {
  const unsigned first = current_ / kWarpSize * kWarpSize, lane = current_ % kWarpSize;
  const unsigned lanes = std::min(kWarpSize, threads_in_block_ - first);
  if (!(operation.mask >> lane & 1))
    fail(fmt::format("{} at {} is called by lane {}, which is not in its mask {:#010x}",
                     operation.name, str(operation.at), lane, operation.mask));
  if (lanes < kWarpSize && operation.mask >> lanes)
    fail(
        fmt::format("{} at {} names lanes in its mask {:#010x} that the block of {} threads does "
                    "not have",
                    operation.name, str(operation.at), operation.mask, threads_in_block_));
  Thread& self = threads_[current_];
  self.state = State::at_warp_operation;
  self.operation = operation;
  self.at = operation.at;
  std::uint32_t& waiting = lanes_waiting_[first / kWarpSize];
  waiting |= 1u << lane;
  if ((waiting & operation.mask) != operation.mask) return suspend_current();
  void* frames[kWarpSize] = {};
  bool complete = true;
  for (unsigned other = 0; other < lanes; ++other) {
    if (!(operation.mask >> other & 1)) continue;
    const Thread& thread = threads_[first + other];
    complete = complete && thread.operation.mask == operation.mask &&
               thread.operation.combine == operation.combine;
    frames[other] = thread.operation.frame;
  }
  if (!complete) return suspend_current();
  if (observer_) {
    observer_->thread_stops();
    observer_->warp_met(first, operation.mask);
  }
  if (operation.combine) operation.combine(frames, operation.mask);
  if (observer_) observer_->thread_runs(current_, *self.fiber);
  waiting &= ~operation.mask;
  for (unsigned other = 0; other < lanes; ++other)
    if (operation.mask >> other & 1) threads_[first + other].state = State::ready;
}

bool BlockRunner::run_ready_threads() {
  bool any = false;
  for (const unsigned thread : order_) {
    if (threads_[thread].state != State::ready) continue;
    any = true;
    current_ = thread;
    threadIdx = threads_[thread].index;
    if (observer_) observer_->thread_runs(thread, *threads_[thread].fiber);
    threads_[thread].fiber->resume();
    if (observer_) observer_->thread_stops();
    if (!error_.empty()) return true;
  }
  return any;
}

// Nobody can run. Either all wait at one barrier, which opens, or the kernel is wrong.
void BlockRunner::release_block_barrier() {
  const auto end = threads_.begin() + threads_in_block_;
  const std::source_location& at = threads_[0].at;
  if (!std::all_of(threads_.begin(), end, [&](const Thread& thread) {
        return thread.state == State::at_block_barrier && same_place(thread.at, at);
      }))
    fail_stuck();
  if (observer_) observer_->block_met();
  std::for_each(threads_.begin(), end, [](Thread& thread) { thread.state = State::ready; });
}

void BlockRunner::fail_stuck() const {
  const auto describe = [&](unsigned thread) {
    const Thread& t = threads_[thread];
    const std::string who = "thread " + str(thread_index(thread));
    switch (t.state) {
      case State::ended:
        return who + " has ended";
      case State::at_block_barrier:
        return fmt::format("{} waits at the barrier {}", who, str(t.at));
      default:
        return fmt::format("{} waits in {} at {} with mask {:#010x}", who, t.operation.name,
                           str(t.at), t.operation.mask);
    }
  };
  // The first thread that waits, and the first that does something else.
  unsigned waiting = 0;
  while (threads_[waiting].state == State::ended) ++waiting;
  unsigned other = 0;
  while (other < threads_in_block_ && threads_[other].state == threads_[waiting].state &&
         same_place(threads_[other].at, threads_[waiting].at))
    ++other;
  std::string text = where(waiting) + ": the block cannot go on: " + describe(waiting);
  if (other < threads_in_block_) text += ", " + describe(other);
  throw KernelError(text);
}

// Unwinds the threads that stand in the middle of the kernel.
void BlockRunner::give_up() {
  cancelled_ = true;
  for (unsigned thread = 0; thread < threads_in_block_; ++thread) {
    current_ = thread;
    Thread& t = threads_[thread];
    if (t.inside) t.fiber->resume();
    t.state = State::ended;
  }
  cancelled_ = false;
}

void BlockRunner::run(const LaunchConfig& launch, uint3 block, const Schedule& schedule,
                      const std::function<void()>& kernel) {
  launch_ = &launch;
  kernel_ = &kernel;
  block_ = block;
  threads_in_block_ = static_cast<unsigned>(launch.block.count());
  phase_ = 0;
  error_.clear();
  while (threads_.size() < threads_in_block_) {
    threads_.emplace_back();
    threads_.back().fiber = std::make_unique<Fiber>([this] { run_current_thread(); });
  }
  lanes_waiting_.fill(0);
  for (unsigned thread = 0; thread < threads_in_block_; ++thread)
    threads_[thread].state = State::ready;
  if (indexed_for_ != launch.block) {
    for (unsigned thread = 0; thread < threads_in_block_; ++thread)
      threads_[thread].index = thread_index(thread);
    indexed_for_ = launch.block;
  }
  this_block = this;
  blockIdx = block;
  blockDim = launch.block;
  gridDim = launch.grid;
  shared_.begin_block(launch.shared_bytes);
  if (observer_) observer_->block_begins(launch, block, shared_);
  try {
    const auto ended = [](const Thread& thread) { return thread.state == State::ended; };
    make_order(schedule);
    while (!std::all_of(threads_.begin(), threads_.begin() + threads_in_block_, ended)) {
      if (!run_ready_threads()) {
        release_block_barrier();
        make_order(schedule);
      }
      if (!error_.empty()) throw KernelError(error_);
    }
    current_ = 0;
    if (observer_) observer_->block_ends();
    if (const std::string damage = shared_.damage(); !damage.empty()) fail(damage.substr(1));
  } catch (...) {
    give_up();
    this_block = nullptr;
    throw;
  }
  this_block = nullptr;
}

}  // namespace nanopneumo::emulator
