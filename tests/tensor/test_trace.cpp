// Traces of what happens when.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "tensor/trace.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

std::vector<nlohmann::json> spans(const Trace& trace) {
  std::vector<nlohmann::json> found;
  for (const nlohmann::json& event : nlohmann::json::parse(trace.json()))
    if (event.at("ph") == "X") found.push_back(event);
  return found;
}

}  // namespace

TEST_CASE("A trace is an array of complete events with the threads as tids") {
  Trace trace;
  const auto device = make_cpu_device(1);
  device->set_trace(&trace);
  {
    TraceSpan span(*device, "first");
    span.next("a \"quoted\\ name");
  }
  std::thread([&] { const TraceSpan span(*device, "elsewhere", TraceSpan::Waits::no); }).join();
  device->set_trace(nullptr);
  { const TraceSpan unseen(*device, "unseen"); }
  const std::vector<nlohmann::json> found = spans(trace);
  REQUIRE(found.size() == 3);
  CHECK(found[0].at("name") == "first");
  CHECK(found[1].at("name") == "a \"quoted\\ name");
  CHECK(found[2].at("name") == "elsewhere");
  CHECK(found[0].at("tid") == 0);
  CHECK(found[2].at("tid") == 1);
  CHECK(found[0].at("ts").get<double>() >= 0);
  CHECK(found[0].at("dur").get<double>() >= 0);
  CHECK(found[1].at("ts").get<double>() >= found[0].at("ts").get<double>());
  count_cases();
}

TEST_CASE(
    "A trace stays small: single operations up to half of the limit, the rest up to all of it") {
  Trace trace(10);
  const int name = trace.intern("x");
  CHECK(trace.intern("x") == name);
  const auto now = Trace::Clock::now();
  for (int i = 0; i < 8; ++i) trace.add_detail(name, now, now);
  CHECK(trace.events() == 5);
  CHECK(trace.left_out() == 3);
  for (int i = 0; i < 8; ++i) trace.add(name, now, now);
  CHECK(trace.events() == 10);
  CHECK(trace.left_out() == 6);
  CHECK(spans(trace).size() == 10);
  count_cases();
}

}  // namespace nanopneumo::test
