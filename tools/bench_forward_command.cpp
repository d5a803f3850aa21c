// nanopneumo bench forward MODEL, nanopneumo bench [--model MODEL]
#include <fmt/format.h>

#include <map>
#include <memory>
#include <optional>

#include "io/atomic_file.h"
#include "io/file_bytes.h"
#include "io/is_there.h"
#include "tensor/trace.h"
#include "tools/bench/onednn_convolutions.h"
#include "tools/bench/plan_times.h"
#include "tools/bench_commands.h"
#include "tools/bench_workload.h"
#include "tools/trace_file.h"
#include "train/process_memory.h"

namespace nanopneumo {
namespace {

using bench::CpuPeaks;
using bench::PlanRun;
using bench::PlanTimes;

void require_cpu(const BenchOptions& o, const char* what) {
  if (o.device.device != "cpu")
    throw_input_error("{} looks into plans that the CPU has compiled; leave --device {} away", what,
                      o.device.device);
}

/// The part of a network that is measured: the frozen backbone, or the whole scratch CNN.
class Forward {
 public:
  explicit Forward(const BenchOptions& o)
      : gray_(o.gray),
        work_(o, Workload::Device::plain),
        own_(work_.network().has_backbone()
                 ? FrozenPlan<float>()
                 : FrozenPlan<float>(work_.network().graph(), work_.network().parameters(),
                                     device(), work_.network().trained_segment(),
                                     device().frozen_precision())) {}

  const FrozenPlan<float>& plan() const {
    return work_.network().has_backbone() ? work_.network().frozen_part(gray_) : own_;
  }
  Device& device() const { return work_.network().device(); }
  void run(PlanObserver* observer = nullptr) const {
    const TraceSpan span(device(), "forward");
    plan().run(work_.batch().x, observer);
  }
  const char* words() const {
    return work_.network().has_backbone() ? "frozen forward and pooling" : "forward";
  }

 private:
  bool gray_;
  Workload work_;
  FrozenPlan<float> own_;
};

CpuStream& cpu_stream(const Forward& forward) {
  return static_cast<CpuStream&>(forward.device().stream());
}

struct TimedForward {
  Measured measured;
  PlanRun run;
};

/// Runs with the steps timed; the warm-up does not count.
TimedForward time_steps(const BenchOptions& o, const Forward& forward, const CpuPeaks& peaks) {
  const std::vector<PlanStepFacts> steps = forward.plan().steps();
  PlanTimes times(steps.size());
  bool is_warm = false;
  const Measured measured = measure(
      o,
      [&] {
        if (is_warm) times.begin_batch();
        forward.run(is_warm ? &times : nullptr);
      },
      [&] { is_warm = true; });
  return {measured, {steps, std::move(times), peaks, o.batch, measured.median}};
}

/// oneDNN's best times for the convolutions of a plan.
struct OneDnnSum {
  double seconds = 0;  ///< of a batch
  std::map<std::string, int> ways;

  std::string words() const {
    std::string words;
    for (const auto& [way, count] : ways)
      words += fmt::format("{}{} {}", words.empty() ? "" : ", ", count, way);
    return words;
  }
};

/// Each shape is measured once, with as many images at once as images_at_once(number of the operation).
template <class ImagesAtOnce>
OneDnnSum sum_onednn(const PlanRun& run, CpuStream& stream, Precision precision,
                     const ImagesAtOnce& images_at_once) {
  std::map<std::string, bench::OneDnnTime> known;
  OneDnnSum sum;
  for (std::size_t i = 0; i < run.steps.size(); ++i) {
    const int at_once = images_at_once(i);
    for (const PlannedConvolution& convolution : run.steps[i].convolutions) {
      const ConvDims& d = convolution.dims;
      const Window& w = d.window;
      const std::string key =
          fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {}", at_once,
                      convolution.is_depthwise, d.H, d.W, d.C, d.K, w.R, w.S, w.stride_h,
                      w.stride_w, w.pad.top, w.pad.left, w.pad.bottom, w.pad.right);
      auto found = known.find(key);
      if (found == known.end())
        found = known.emplace(key, bench::fastest_onednn(stream, convolution, at_once, precision))
                    .first;
      ++sum.ways[found->second.way];
      sum.seconds += found->second.seconds * run.images / at_once;
    }
  }
  return sum;
}

/// With all images at once, as this forward pass gets them, and with as many as its plan runs at once, which oneDNN then
/// has in the caches each time.
void compare_with_onednn(const PlanRun& run, const Forward& forward) {
  const auto print_sum = [&](const std::string& images, const auto& images_at_once) {
    const OneDnnSum sum =
        sum_onednn(run, cpu_stream(forward), forward.device().frozen_precision(), images_at_once);
    fmt::print("  {}: {:.1f} ms ({}); the whole forward takes {:.3f} times that\n", images,
               1e3 * sum.seconds, sum.words(), run.seconds / sum.seconds);
  };
  fmt::print("oneDNN's convolutions at these shapes, the best of its ways each:\n");
  print_sum(fmt::format("the whole batch of {} at once", run.images),
            [&](std::size_t) { return run.images; });
  print_sum("as many as the plan runs at once",
            [&](std::size_t i) { return run.times.images_at_once(i); });
}

void bench_forward(const BenchOptions& o) {
  const bool looks_inside = o.per_op || o.against_onednn || !o.csv.empty();
  if (looks_inside) require_cpu(o, "--per-op");
  if (!o.csv.empty() && is_same_file(o.csv, o.trace))
    throw_input_error("--csv and --trace both name {}; give two files", shown(o.csv));
  const Forward forward(o);
  if (!o.csv.empty())
    write_file_atomically(o.csv, "");  // a path that cannot be written is refused now
  std::optional<TraceFile> trace;
  if (!o.trace.empty()) trace.emplace(o.trace);
  std::optional<CpuPeaks> peaks;
  if (looks_inside) {
    peaks = bench::measure_cpu_peaks(cpu_stream(forward), forward.device().frozen_precision());
    reset_peak_memory();
  }
  if (trace) trace->attach(forward.device());
  const std::string what = fmt::format("{} {}", o.model, forward.words());
  if (!looks_inside) {
    print_measured(what, o, measure(o, [&] { forward.run(); }));
  } else {
    const auto [measured, run] = time_steps(o, forward, *peaks);
    fmt::print("{}", peaks->words());
    fmt::print("\nEach operation, in a batch of {}, some images at once:\n\n{}\n", o.batch,
               plan_table(run).text());
    print_measured(what, o, measured);
    if (o.against_onednn) compare_with_onednn(run, forward);
    if (!o.csv.empty()) {
      write_file_atomically(o.csv, plan_table(run).csv());
      fmt::print("written to {}\n", o.csv);
    }
  }
  if (trace) fmt::print("{}", trace->write());
}

void print_overview_header() {
  fmt::print("{:<16} {:>7} {:>8} {:>9} {:>6} {:>14} {:>10} {:>24} {:>5}\n", "model", "img/s",
             "GFLOP/s", "% of peak", "GB/s", "% of bandwidth", "% of limit",
             "% between the operations", "MiB");
}

void print_overview_line(const std::string& model, const PlanRun& run) {
  const double flops = run.flops() / run.seconds, bytes = run.bytes() / run.seconds;
  fmt::print("{:<16} {:>7.1f} {:>8.1f} {:>9.1f} {:>6.1f} {:>14.1f} {:>10.1f} {:>24.1f} {:>5}\n",
             model, run.images / run.seconds, 1e-9 * flops, 100 * flops / run.peaks.flops,
             1e-9 * bytes, 100 * bytes / run.peaks.bytes, 100 * run.best_seconds() / run.seconds,
             100 * (1 - run.seconds_in_steps() / run.seconds), peak_memory_mib());
  std::fflush(stdout);
}

/// One line a model.
void bench_all(const BenchOptions& options) {
  require_cpu(options, "bench without a subcommand");
  std::optional<CpuPeaks> peaks;
  for (const Architecture& architecture : architectures()) {
    BenchOptions o = options;
    o.model = architecture.name;
    reset_peak_memory();
    const Forward forward(o);
    if (!peaks) {
      peaks = bench::measure_cpu_peaks(cpu_stream(forward), forward.device().frozen_precision());
      reset_peak_memory();
      fmt::print("{}", peaks->words());
      print_overview_header();
    }
    print_overview_line(o.model, time_steps(o, forward, *peaks).run);
  }
}

}  // namespace

void add_bench_forward(Command bench) {
  const auto o = std::make_shared<BenchOptions>();
  const Command command =
      bench.command("forward", "A frozen backbone's pooled features, or the CNN's answer");
  add_model_argument(command, o->model).required();
  command.flag("--gray", o->gray,
               "Images of one channel, as train gives gray X-rays to a frozen backbone");
  command.flag("--per-op", o->per_op,
               "Print what each fused operation takes, and the machine's peaks");
  command.flag("--against-onednn", o->against_onednn,
               "With --per-op: also time oneDNN's own convolutions at the same shapes");
  command.option("--csv", o->csv, "Write the table of --per-op to this file as well");
  command.option("--trace", o->trace, "Write a trace for Chrome or Perfetto to this JSON file");
  add_workload_options(command, *o);
  command.action([o] { bench_forward(*o); });
}

void add_bench_overview(Command bench) {
  const auto o = std::make_shared<BenchOptions>();
  o->model = "";
  bench.option("--model", o->model, "The forward pass of this model, operation by operation");
  add_workload_options(bench, *o);
  bench.action_without_command([o] {
    if (o->model.empty()) return bench_all(*o);
    o->per_op = true;
    bench_forward(*o);
  });
}

}  // namespace nanopneumo
