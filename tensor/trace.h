// Who did what when, for Chrome's and Perfetto's viewers.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tensor/device.h"

namespace nanopneumo {

/// Spans of time on threads. May be used by several threads at once.
class Trace {
 public:
  using Clock = std::chrono::steady_clock;

  /// The steps of plans are noted until half of the limit is reached, everything else until all of it is.
  explicit Trace(std::size_t most_events = kMostEvents);

  /// The number under which add() knows `name`.
  int intern(std::string_view name);
  void add(int name, Clock::time_point begin, Clock::time_point end);
  /// The same for a step of a plan, of which there are many.
  void add_detail(int name, Clock::time_point begin, Clock::time_point end);

  /// A JSON array of complete events ("Trace Event Format", Google 2016), times in microseconds since the
  /// trace was made, with the threads' names.
  std::string json() const;
  std::size_t events() const;
  /// Spans that were not kept.
  std::size_t left_out() const;

  static constexpr std::size_t kMostEvents = 100'000;  ///< 11 MB

 private:
  struct Event {
    int name, thread;
    Clock::time_point begin, end;
  };

  void add(int name, Clock::time_point begin, Clock::time_point end, std::size_t most);
  int this_thread();

  mutable std::mutex mutex_;
  std::size_t most_events_;
  Clock::time_point start_ = Clock::now();
  std::vector<std::string> names_;
  std::vector<std::thread::id> threads_;
  std::vector<Event> events_;
  std::size_t left_out_ = 0;
};

/// Notes its life in a device's trace, if it has one. Waits there for the device, so that the time is that of
/// the work and not of handing it out.
class TraceSpan {
 public:
  enum class Waits { no, yes };

  /// Waits::no: for work that is not the device's, on another thread.
  TraceSpan(Device& device, std::string_view name, Waits waits = Waits::yes);
  TraceSpan(const TraceSpan&) = delete;
  TraceSpan& operator=(const TraceSpan&) = delete;
  ~TraceSpan() { end(); }

  /// Ends, and begins anew as `name`.
  void next(std::string_view name);
  void end();

 private:
  void begin(std::string_view name);

  Device& device_;
  Waits waits_;
  Trace* trace_ = nullptr;  ///< null once ended, or where nothing is noted
  int name_ = 0;
  Trace::Clock::time_point begin_;
};

}  // namespace nanopneumo
