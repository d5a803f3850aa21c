#include "tools/bench/ops_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "io/atomic_file.h"
#include "tools/bench/conv_table.h"
#include "tools/bench/operations.h"

namespace nanopneumo::bench {
namespace {

std::vector<UsedShape> example_shapes() {
  std::vector<UsedShape> shapes;
  for (const Operation& operation : operations())
    shapes.push_back({std::string(operation.name), ShapeWords(operation.example), "profile"});
  return shapes;
}

/// Those of the convolutions in o.shapes.
std::vector<UsedShape> table_shapes(const OpsOptions& o) {
  std::vector<UsedShape> shapes;
  for (const ConvRow& row : read_conv_table(o.shapes))
    for (UsedShape& shape : shapes_of(resized(row, o.batch, o.scale)))
      if (std::ranges::none_of(shapes, [&](const UsedShape& s) {
            return s.op == shape.op && s.shape.str() == shape.shape.str();
          }))
        shapes.push_back(std::move(shape));
  return shapes;
}

}  // namespace

std::vector<UsedShape> wanted_shapes(const OpsOptions& o) {
  std::vector<UsedShape> shapes;
  if (o.examples)
    shapes = example_shapes();
  else if (!o.shapes.empty())
    shapes = table_shapes(o);
  else
    shapes = used_shapes({.batch = o.batch, .pixels = o.pixels / o.scale});
  if (!o.op.empty()) {
    find_operation(o.op);
    std::erase_if(shapes, [&](const UsedShape& s) { return s.op != o.op; });
  }
  return shapes;
}

void write_csv(const OpsOptions& o, const Table& table) {
  if (o.csv.empty()) return;
  write_file_atomically(o.csv, table.csv());
  fmt::print("written to {}\n", o.csv);
}

}  // namespace nanopneumo::bench
