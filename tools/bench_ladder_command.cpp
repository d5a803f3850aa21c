// nanopneumo bench ladder
#include <fmt/format.h>

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

void add_bench_ladder(CLI::App& bench) {
  const auto o = std::make_shared<LadderOptions>();
  CLI::App& command = *bench.add_subcommand(
      "ladder",
      "The steps of the GEMM ladder on a product and a convolution: counters on emulated, times on "
      "cuda");
  command.add_option("--device", o->device, "emulated or cuda")
      ->check(CLI::IsMember({"emulated", "cuda"}));
  command.add_option("--product", o->product, "Shape of the product, as in \"N 256 C 256 K 256\"")
      ->default_str("");
  command.add_option("--convolution", o->convolution, "Shape of the convolution")->default_str("");
  command
      .add_option("--update", o->update, "Write the tables into this document (docs/kernels.md)")
      ->default_str("");
  command.add_option("--threads", o->threads, "CPU threads; 0: all")->check(CLI::Range(0, 1024));
  command.add_option("--repeats", o->repeats, "Timed repetitions on cuda")
      ->check(CLI::Range(1, 10000));
  command.callback([o] { bench_ladder(*o); });
}

}  // namespace nanopneumo
