// nanopneumo bench ops
#include "tensor/errors.h"
#include "tools/bench/ops_options.h"
#include "tools/bench_commands.h"
#include "tools/options.h"

namespace nanopneumo {
namespace {

using bench::OpsOptions;

void bench_ops(OpsOptions o) {
  o.device.validate();
  if (o.batch == 0) o.batch = o.emulated() ? 1 : 32;
  if (o.scale == 0) o.scale = o.emulated() ? 4 : 1;
  if (!o.update.empty() && !o.emulated())
    throw_input_error("--update writes counters; give --device emulated with it");
  if (o.emulated())
    count_ops(o);
  else
    time_ops(o);
}

}  // namespace

void add_bench_ops(CLI::App& bench) {
  const auto o = std::make_shared<OpsOptions>();
  CLI::App& command = *bench.add_subcommand("ops",
                                            "Every operation at the networks' shapes: time beside "
                                            "cuDNN's and cuBLASLt's on cuda, time on "
                                            "cpu, counters on emulated");
  add_device_options(command, o->device);
  command.add_option("--op", o->op, "This operation alone")->default_str("");
  command
      .add_option("--shapes", o->shapes,
                  "These convolutions instead of the networks' shapes, as bench shapes prints them")
      ->default_str("");
  command.add_flag("--examples", o->examples,
                   "One shape of the networks for each operation: that which profile takes");
  command
      .add_option("--update", o->update,
                  "Put the counters (on emulated) into this document (docs/kernels.md)")
      ->default_str("");
  command.add_option("--csv", o->csv, "File for all figures")->default_str("");
  command.add_option("--batch", o->batch, "Images in a batch; 0: 32, emulated 1")
      ->check(CLI::Range(0, 4096));
  command.add_option("--scale", o->scale, "Images so many times smaller a side; 0: 1, emulated 4")
      ->check(CLI::Range(0, 64));
  command.add_option("--image-size", o->pixels, "Pixels a side before --scale")
      ->check(CLI::Range(46, 4096));
  command.add_option("--repeats", o->repeats, "Timed repetitions, of which the median counts")
      ->check(CLI::Range(1, 10000));
  command
      .add_option("--gpu", o->gpu,
                  "Whose peaks to compare with; without it, those of the GPU "
                  "at hand, or h100's for estimates")
      ->default_str("");
  command.callback([o] { bench_ops(*o); });
}

}  // namespace nanopneumo
