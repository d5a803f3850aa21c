#include "kernels/emulator/fiber.h"

#include <boost/context/protected_fixedsize_stack.hpp>

#include "kernels/emulator/asan.h"

namespace nanopneumo::emulator {
namespace {

// Pages are touched as they are needed; a kernel that needs more hits the guard page.
constexpr std::size_t kStackBytes = std::size_t{256} << 10;

void before_switch([[maybe_unused]] void** save, [[maybe_unused]] const void* bottom,
                   [[maybe_unused]] std::size_t bytes) {
#if defined(NANOPNEUMO_ASAN)
  __sanitizer_start_switch_fiber(save, bottom, bytes);
#endif
}

void after_switch([[maybe_unused]] void* saved, [[maybe_unused]] const void** old_bottom,
                  [[maybe_unused]] std::size_t* old_bytes) {
#if defined(NANOPNEUMO_ASAN)
  __sanitizer_finish_switch_fiber(saved, old_bottom, old_bytes);
#endif
}

}  // namespace

Fiber::Fiber(std::function<void()> body) : body_(std::move(body)) {
  boost::context::protected_fixedsize_stack stacks(kStackBytes);
  const boost::context::stack_context stack = stacks.allocate();
  stack_bottom_ = static_cast<const char*>(stack.sp) - stack.size;
  stack_bytes_ = stack.size;
  self_ = boost::context::fiber(
      std::allocator_arg, boost::context::preallocated(stack.sp, stack.size, stack), stacks,
      [this](boost::context::fiber&& caller) { return run(std::move(caller)); });
}

boost::context::fiber Fiber::run(boost::context::fiber&& caller) {
  caller_ = std::move(caller);
  after_switch(nullptr, &caller_bottom_, &caller_bytes_);
  while (!stopping_) {
    body_();
    switch_to_caller();
  }
  before_switch(nullptr, caller_bottom_, caller_bytes_);  // null: this stack will not be used again
  return std::move(caller_);
}

Fiber::~Fiber() {
  stopping_ = true;
  resume();
}

void Fiber::resume() {
  void* fake_stack = nullptr;
  before_switch(&fake_stack, stack_bottom_, stack_bytes_);
  self_ = std::move(self_).resume();
  after_switch(fake_stack, nullptr, nullptr);
}

void Fiber::switch_to_caller() {
  before_switch(&fake_stack_, caller_bottom_, caller_bytes_);
  caller_ = std::move(caller_).resume();
  after_switch(fake_stack_, &caller_bottom_, &caller_bytes_);
}

void Fiber::suspend() { switch_to_caller(); }

}  // namespace nanopneumo::emulator
