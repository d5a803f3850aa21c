// nanopneumo bench, nanopneumo bench train MODEL
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "tools/bench/step_table.h"
#include "tools/bench_commands.h"
#include "tools/bench_workload.h"
#include "tools/commands.h"
#include "train/process_memory.h"
#include "train/step_memory.h"

namespace nanopneumo {
namespace {

void print_operations(const bench::StepTime& time) {
  if (time.peaks) fmt::print("{}", time.peaks->words());
  fmt::print("\nEach operation, and each at each shape, in one step:\n\n{}\n{}",
             operation_table(time).text(), shape_table(time).text());
}

void bench_train(const BenchOptions& o) {
  if (!o.fine_tune.empty() && !find_architecture(o.model).is_backbone)
    throw_input_error("--fine-tune is not possible for {}: all of it is trained; leave it out",
                      o.model);
  std::optional<bench::CpuPeaks> peaks;
  if (o.per_op && o.device.device == "cpu") {
    const std::unique_ptr<Device> cpu = make_cpu_device(o.device.threads);
    peaks = bench::measure_cpu_peaks(static_cast<CpuStream&>(cpu->stream()), Precision::float32);
    reset_peak_memory();
  }
  Workload work(o, o.per_op ? Workload::Device::timing : Workload::Device::plain);
  Network& network = work.network();
  Adam<float> optimizer(network.parameters());
  const ArenaPlan step_plan = plan_step(network, o.batch);
  Arena arena(step_plan, network.device().allocator());
  std::uint32_t step = 0;
  const std::string what = o.fine_tune.empty() ? "" : ", fine-tune " + o.fine_tune;
  const Measured measured = measure(
      o,
      [&] {
        LabelledBatch<float> batch = work.batch();
        batch.x = network.frozen_output(batch.x);
        train_step(network.graph(), network.parameters(), optimizer, batch,
                   {.training = true, .seed = 1, .step = step++}, network.trained_segment(),
                   &arena);
      },
      [&] {
        if (work.timing()) work.timing()->stream().clear();
      });
  print_measured(fmt::format("{} training step{}", o.model, what), o, measured);
  if (work.timing())
    print_operations({.timed = work.timing()->stream().timed(),
                      .steps = o.repeats,
                      .seconds = measured.all,
                      .peaks = peaks});
}

void add_bench_train(Command bench) {
  const auto o = std::make_shared<BenchOptions>();
  const Command command = bench.command("train", "A training step: forward, backward, update");
  add_model_argument(command, o->model).required();
  command.option("--fine-tune", o->fine_tune,
                 "Train layers of the backbone too: all, a number, a name");
  command.flag("--per-op", o->per_op, "Print what each operation takes");
  add_workload_options(command, *o);
  command.action([o] { bench_train(*o); });
}

}  // namespace

void add_bench_command(Command app) {
  const Command bench = app.command("bench",
                                    "Measure speed and memory, with random weights; alone, a line "
                                    "for the forward pass of each model");
  add_bench_forward(bench);
  add_bench_train(bench);
  add_bench_shapes(bench);
  add_bench_ops(bench);
  add_bench_ladder(bench);
  add_bench_overview(bench);
}

}  // namespace nanopneumo
