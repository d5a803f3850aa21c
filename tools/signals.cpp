#include "tools/signals.h"

#include <signal.h>

#include <initializer_list>

namespace nanopneumo {
namespace {

// What a signal handler may touch is a global of this type and nothing else.
volatile sig_atomic_t received_signal = 0;

void remember(int signal) { received_signal = signal; }

void set_handler(void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    if (signal != SIGHUP || before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  }
}

}  // namespace

SignalWatch::SignalWatch() {
  received_signal = 0;
  // SA_RESETHAND: the second signal meets the default action. SA_RESTART: writes are not cut short.
  set_handler(remember, static_cast<int>(SA_RESETHAND) | SA_RESTART);
}

SignalWatch::~SignalWatch() { set_handler(SIG_DFL, 0); }

int SignalWatch::received() const { return received_signal; }

StopCheck SignalWatch::check() const {
  return [this] {
    if (received() != 0) throw StoppedBySignal{received()};
  };
}

}  // namespace nanopneumo
