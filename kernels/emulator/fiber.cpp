#include "kernels/emulator/fiber.h"

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

using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

Fiber::Fiber(std::function<void()> body)
    : body_(std::move(body)),
      stacks_(kStackBytes),
      stack_(stacks_.allocate()),
      self_(make_fcontext(stack_.sp, stack_.size, enter)),
      stack_bottom_(static_cast<const char*>(stack_.sp) - stack_.size),
      stack_bytes_(stack_.size) {}

void Fiber::enter(transfer_t from) {
  Fiber& fiber = *static_cast<Fiber*>(from.data);
  fiber.caller_ = from.fctx;
  after_switch(nullptr, &fiber.caller_bottom_, &fiber.caller_bytes_);
  fiber.run_for_ever();
}

void Fiber::run_for_ever() {
  while (!stopping_) {
    body_();
    suspend();
  }
  switch_to_caller(nullptr);  // null: AddressSanitizer may forget this stack
}

Fiber::~Fiber() {
  if (caller_) {  // has run
    stopping_ = true;
    resume();
  }
  stacks_.deallocate(stack_);
}

void Fiber::resume() {
  void* fake_stack = nullptr;
  before_switch(&fake_stack, stack_bottom_, stack_bytes_);
  self_ = jump_fcontext(self_, this).fctx;
  after_switch(fake_stack, nullptr, nullptr);
}

void Fiber::switch_to_caller(void** saved_fake_stack) {
  before_switch(saved_fake_stack, caller_bottom_, caller_bytes_);
  caller_ = jump_fcontext(caller_, nullptr).fctx;
  after_switch(fake_stack_, &caller_bottom_, &caller_bytes_);
}

void Fiber::suspend() { switch_to_caller(&fake_stack_); }

}  // namespace nanopneumo::emulator
