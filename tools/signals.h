// Ctrl-C, SIGTERM and the end of the terminal.
#pragma once

#include <functional>

namespace nanopneumo {

/// Ends the program with exit code 128 + signal, after everything has been saved.
struct StoppedBySignal {
  int signal;
};

/// Called between pieces of work that may be left off there. Throws StoppedBySignal where they are to be.
using StopCheck = std::function<void()>;

/// From its construction on, the first SIGINT, SIGTERM or SIGHUP only sets a flag, so that work can end in
/// order; a second one ends the process at once. A SIGHUP that is ignored from the beginning (nohup) stays ignored; a
/// SIGINT does not, for shells have what they start in the background ignore it, and a script may send one yet.
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  /// The signal that came, or 0.
  int received() const;
  /// Throws StoppedBySignal where one came. It outlives what this gives.
  StopCheck check() const;
};

}  // namespace nanopneumo
