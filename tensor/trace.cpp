#include "tensor/trace.h"

#include <fmt/format.h>

#include <algorithm>

namespace nanopneumo {
namespace {

/// Names are the program's own and have no control characters.
std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

double microseconds(Trace::Clock::duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

}  // namespace

Trace::Trace(std::size_t most_events)
    : most_events_(most_events), threads_{std::this_thread::get_id()} {}

int Trace::intern(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(names_, name);
  const auto number = static_cast<int>(found - names_.begin());
  if (found == names_.end()) names_.emplace_back(name);
  return number;
}

int Trace::this_thread() {
  const auto found = std::ranges::find(threads_, std::this_thread::get_id());
  const auto number = static_cast<int>(found - threads_.begin());
  if (found == threads_.end()) threads_.push_back(std::this_thread::get_id());
  return number;
}

void Trace::add(int name, Clock::time_point begin, Clock::time_point end, std::size_t most) {
  const std::lock_guard lock(mutex_);
  if (events_.size() >= most) {
    ++left_out_;
    return;
  }
  events_.push_back({name, this_thread(), begin, end});
}

void Trace::add(int name, Clock::time_point begin, Clock::time_point end) {
  add(name, begin, end, most_events_);
}

void Trace::add_detail(int name, Clock::time_point begin, Clock::time_point end) {
  add(name, begin, end, most_events_ / 2);
}

std::size_t Trace::events() const {
  const std::lock_guard lock(mutex_);
  return events_.size();
}

std::size_t Trace::left_out() const {
  const std::lock_guard lock(mutex_);
  return left_out_;
}

std::string Trace::json() const {
  const std::lock_guard lock(mutex_);
  std::string text = R"([
{"name":"process_name","ph":"M","pid":1,"tid":0,"args":{"name":"nanopneumo"}})";
  for (std::size_t t = 0; t < threads_.size(); ++t)
    text += fmt::format(
        ",\n{{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":{},\"args\":{{\"name\":\"{}"
        "\"}}}}",
        t, t == 0 ? "main" : fmt::format("helper {}", t));
  for (const Event& event : events_)
    text += fmt::format(
        ",\n{{\"name\":{},\"ph\":\"X\",\"pid\":1,\"tid\":{},\"ts\":{:.1f},\"dur\":{:.1f}}}",
        quoted(names_[static_cast<std::size_t>(event.name)]), event.thread,
        microseconds(event.begin - start_), microseconds(event.end - event.begin));
  return text + "\n]\n";
}

TraceSpan::TraceSpan(Device& device, std::string_view name, Waits waits)
    : device_(device), waits_(waits) {
  begin(name);
}

void TraceSpan::begin(std::string_view name) {
  trace_ = device_.trace();
  if (!trace_) return;
  name_ = trace_->intern(name);
  begin_ = Trace::Clock::now();
}

void TraceSpan::end() {
  if (!trace_) return;
  if (waits_ == Waits::yes) device_.stream().synchronize();
  trace_->add(name_, begin_, Trace::Clock::now());
  trace_ = nullptr;
}

void TraceSpan::next(std::string_view name) {
  if (!trace_) return;
  end();
  begin(name);
}

}  // namespace nanopneumo
