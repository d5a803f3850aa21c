// A function that can be left in its middle and continued later, on its own stack.
#pragma once

#include <boost/context/detail/fcontext.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <cstddef>
#include <functional>

namespace nanopneumo::emulator {

/// Runs `body` again and again: resume() enters it, or continues it after its last suspend(); when
/// body returns, the fiber waits for the next resume() to call it anew. One fiber stands for one
/// CUDA thread of one block after another, so that its stack is taken once.
///
/// It stands on Boost.Context's switch of stacks alone, a dozen instructions, and not on
/// boost::context::fiber: that leaves by returning through frames which AddressSanitizer, told that the
/// fiber ends, has taken away. Debian's Boost does not tell it of changes of stacks; this does.
class Fiber {
 public:
  /// `body` must not let an exception out.
  explicit Fiber(std::function<void()> body);
  /// The fiber must stand at the end of body (not in a suspend()).
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Called from outside: returns at the next suspend() or at body's end.
  void resume();
  /// Called from inside body: goes back to who called resume().
  void suspend();

  const void* stack_start() const { return stack_bottom_; }
  std::size_t stack_bytes() const { return stack_bytes_; }

 private:
  static void enter(boost::context::detail::transfer_t from);
  void run_for_ever();
  void switch_to_caller(void** saved_fake_stack);

  std::function<void()> body_;
  boost::context::protected_fixedsize_stack stacks_;
  boost::context::stack_context stack_;
  boost::context::detail::fcontext_t self_, caller_ = nullptr;  ///< where to go on, of whom stands
  const void* stack_bottom_;
  std::size_t stack_bytes_;
  // AddressSanitizer's
  const void* caller_bottom_ = nullptr;
  std::size_t caller_bytes_ = 0;
  void* fake_stack_ = nullptr;
  bool stopping_ = false;
};

}  // namespace nanopneumo::emulator
