#include "tools/bench/step_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/bench/operations.h"

namespace nanopneumo::bench {
namespace {

/// Calls that a row stands for.
struct Row {
  std::string op, shape;
  double calls = 0, seconds = 0, flops = 0, bytes = 0;

  void add(const TimedCalls& t) {
    const OpCase op_case = make_case(t.calls.op, t.calls.shape);
    calls += t.calls.count;
    seconds += t.seconds;
    flops += op_case.flops * t.calls.count;
    bytes += op_case.compulsory_bytes() * t.calls.count;
  }
};

std::vector<std::string> columns(const StepTime& time, bool with_shape) {
  std::vector<std::string> names{"op"};
  if (with_shape) names.push_back("shape");
  for (const char* name : {"calls", "ms", "%", "GFLOP/s", "GB/s"}) names.push_back(name);
  if (time.peaks)
    for (const char* name : {"% of peak", "% of bandwidth", "% of limit"}) names.push_back(name);
  return names;
}

std::vector<std::string> cells(const Row& row, const StepTime& time, bool with_shape) {
  std::vector<std::string> made{row.op};
  if (with_shape) made.push_back(row.shape);
  const auto figure = [](double value) { return fmt::format("{:.1f}", value); };
  const double flops = row.flops / row.seconds, bytes = row.bytes / row.seconds;
  made.push_back(figure(row.calls / time.steps));
  made.push_back(fmt::format("{:.2f}", 1e3 * row.seconds / time.steps));
  made.push_back(figure(100 * row.seconds / time.seconds));
  made.push_back(figure(1e-9 * flops));
  made.push_back(figure(1e-9 * bytes));
  if (time.peaks) {
    made.push_back(figure(100 * flops / time.peaks->flops));
    made.push_back(figure(100 * bytes / time.peaks->bytes));
    made.push_back(figure(100 * time.peaks->best_seconds(row.flops, row.bytes) / row.seconds));
  }
  return made;
}

std::vector<Row> sorted(std::vector<Row> rows) {
  std::ranges::stable_sort(rows, std::greater(), &Row::seconds);
  return rows;
}

}  // namespace

Table operation_table(const StepTime& time) {
  std::vector<Row> rows;
  double within = 0;
  for (const TimedCalls& t : time.timed) {
    auto row = std::ranges::find(rows, t.calls.op, &Row::op);
    if (row == rows.end()) row = rows.insert(row, Row{.op = t.calls.op, .shape = {}});
    row->add(t);
    within += t.seconds;
  }
  Table table(columns(time, false));
  for (const Row& row : sorted(rows)) table.add(cells(row, time, false));
  const double between = time.seconds - within;
  std::vector<std::string> rest{"between the operations", "",
                                fmt::format("{:.2f}", 1e3 * between / time.steps),
                                fmt::format("{:.1f}", 100 * between / time.seconds)};
  rest.resize(columns(time, false).size());
  table.add(std::move(rest));
  return table;
}

Table shape_table(const StepTime& time) {
  std::vector<Row> rows;
  for (const TimedCalls& t : time.timed) {
    rows.push_back({.op = t.calls.op, .shape = t.calls.shape.str()});
    rows.back().add(t);
  }
  Table table(columns(time, true));
  for (const Row& row : sorted(rows)) table.add(cells(row, time, true));
  return table;
}

}  // namespace nanopneumo::bench
