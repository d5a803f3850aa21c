// nanopneumo bench shapes
#include <fmt/format.h>

#include "tools/bench/conv_table.h"
#include "tools/bench_commands.h"

namespace nanopneumo {
namespace {

struct ShapesOptions {
  bench::InputSize size;
  bool all = false;
};

void print_shapes(const ShapesOptions& o) {
  if (o.all) {
    for (const bench::UsedShape& used : bench::used_shapes(o.size))
      fmt::print("{:<29} {:<70} {}\n", used.op, used.shape.str(), used.used_by);
    return;
  }
  for (const Architecture& architecture : architectures())
    for (const bench::ConvRow& row : bench::conv_rows(architecture, o.size))
      fmt::print("{}\n", row.str());
}

}  // namespace

void add_bench_shapes(CLI::App& bench) {
  const auto o = std::make_shared<ShapesOptions>();
  CLI::App& command = *bench.add_subcommand(
      "shapes",
      "Every distinct convolution of the networks: model batch cin h w cout kh kw stride pad_top "
      "pad_bottom pad_left pad_right groups count");
  command.add_option("--batch", o->size.batch, "Images in a batch")->check(CLI::Range(1, 4096));
  command.add_option("--image-size", o->size.pixels, "Pixels a side")->check(CLI::Range(46, 4096));
  command.add_flag("--all", o->all, "Every operation, as bench ops and profile write its shape");
  command.callback([o] { print_shapes(*o); });
}

}  // namespace nanopneumo
