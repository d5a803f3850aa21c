// A function that can be left in its middle and continued later, on its own stack.
#pragma once

#include <boost/context/fiber.hpp>
#include <cstddef>
#include <functional>

namespace nanopneumo::emulator {

/// Runs `body` again and again: resume() enters it, or continues it after its last suspend(); when
/// body returns, the fiber waits for the next resume() to call it anew. One fiber stands for one
/// CUDA thread of one block after another, so that its stack is taken once.
///
/// AddressSanitizer is told of each change of stacks; Debian's Boost is built without that.
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
  boost::context::fiber run(boost::context::fiber&& caller);
  void switch_to_caller();

  std::function<void()> body_;
  boost::context::fiber self_, caller_;
  const char* stack_bottom_ = nullptr;
  std::size_t stack_bytes_ = 0;
  const void* caller_bottom_ = nullptr;
  std::size_t caller_bytes_ = 0;
  void* fake_stack_ = nullptr;
  bool stopping_ = false;
};

}  // namespace nanopneumo::emulator
