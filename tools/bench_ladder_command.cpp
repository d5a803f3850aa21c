// nanopneumo bench ladder
#include <fmt/format.h>

#include <memory>

#include "tensor/cuda_device.h"
#include "tensor/errors.h"
#include "tools/bench/document.h"
#include "tools/bench/ladder.h"
#include "tools/bench_commands.h"
#include "tools/options.h"

namespace nanopneumo {
namespace {

struct LadderOptions {
  std::string device = "emulated", update, product, convolution;
  int threads = 0, repeats = 20;
};

struct LadderShapes {
  const char *product, *convolution;
};
// Small enough for the emulation; large enough to keep a GPU busy.
constexpr LadderShapes kCounted{"N 256 C 256 K 256", "N 1 H 31 W 31 C 64 K 64 R 3 S 3 pad 1"};
constexpr LadderShapes kTimed{"N 4096 C 4096 K 4096", "N 32 H 61 W 61 C 64 K 128 R 3 S 3"};

std::string section(const LadderOptions& o) {
  const bool timed = o.device == "cuda";
  const LadderShapes& defaults = timed ? kTimed : kCounted;
  std::string text;
  const auto add = [&](const char* op, const std::string& shape) {
    const bench::Table table = timed ? bench::time_ladder(op, shape, o.threads, o.repeats)
                                     : bench::count_ladder(op, shape, o.threads);
    text += fmt::format("\n{} {}\n\n{}", op, shape, table.markdown());
  };
  add("dense_forward", o.product.empty() ? defaults.product : o.product);
  add("conv_forward", o.convolution.empty() ? defaults.convolution : o.convolution);
  return text + "\n";
}

/// ptxrun's times are those of an interpreter.
void refuse_interpreted_times() {
  const cuda::Status status = cuda::status();
  if (!status.gpus.empty() && status.gpus.front().starts_with("ptxrun"))
    throw_input_error("ptxrun is no GPU and has no times; give --device emulated for counters");
}

void bench_ladder(const LadderOptions& o) {
  if (o.device == "cuda") refuse_interpreted_times();
  const std::string text = section(o);
  if (o.update.empty()) {
    fmt::print("{}", text);
    return;
  }
  bench::update_section(o.update, "ladder", text);
}

}  // namespace

void add_bench_ladder(Command bench) {
  const auto o = std::make_shared<LadderOptions>();
  const Command command = bench.command(
      "ladder",
      "The steps of the GEMM ladder on a product and a convolution: counters on emulated, times on "
      "cuda");
  command.option("--device", o->device, "emulated or cuda").one_of({"emulated", "cuda"});
  command.option("--product", o->product, "Shape of the product, as in \"N 256 C 256 K 256\"")
      .without_default();
  command.option("--convolution", o->convolution, "Shape of the convolution").without_default();
  command.option("--update", o->update, "Write the tables into this document (docs/kernels.md)")
      .without_default();
  command.option("--threads", o->threads, "CPU threads; 0: all").between(0, 1024);
  command.option("--repeats", o->repeats, "Timed repetitions on cuda").between(1, 10000);
  command.action([o] { bench_ladder(*o); });
}

}  // namespace nanopneumo
