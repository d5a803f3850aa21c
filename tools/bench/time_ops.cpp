#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <stdexcept>

#include "tensor/cuda_device.h"
#include "tools/bench/gpus.h"
#include "tools/bench/op_timing.h"
#include "tools/bench/operations.h"
#include "tools/bench/ops_options.h"

namespace nanopneumo::bench {
namespace {

/// The GPU whose peaks the figures are held against, or null where it is not known.
const Gpu* measured_gpu(const OpsOptions& o) {
  if (!o.gpu.empty()) return &find_gpu(o.gpu);
  return o.device.device == "cuda" ? recognise_gpu(cuda::status().gpus.at(0)) : nullptr;
}

/// ptxrun runs compiled kernels on a CPU. They are checked there, but not timed.
bool is_interpreted(const OpsOptions& o) {
  return o.device.device == "cuda" && cuda::status().gpus.at(0).starts_with("ptxrun");
}

class OpsTimer {
 public:
  explicit OpsTimer(const OpsOptions& o)
      : options_(o),
        gpu_(measured_gpu(o)),
        device_(make_device(o.device)),
        cpu_(make_cpu_device(o.device.threads)),
        is_timed_(!is_interpreted(o)),
        stopwatch_(o.device.device == "cuda" ? gpu_stopwatch(*device_) : host_stopwatch()) {
    if (o.device.device == "cuda" && is_timed_) rivals_ = find_rivals(*device_);
  }

  void run() {
    fmt::print("{}\n", describe_device(options_.device));
    for (const auto& rival : rivals_.present) fmt::print("against {}\n", rival->name());
    for (const std::string& missing : rivals_.missing) fmt::print("not compared: {}\n", missing);
    if (!is_timed_)
      fmt::print("interpreted, not run on a GPU: correctness alone, no times\n");
    else
      fmt::print("{:<70} {:>10} {:>8} {:>8} {:>6}  {}\n", "operation and shape", "us", "TFLOP/s",
                 "GB/s", "peak", "rivals: us, times ours, way");
    for (const UsedShape& used : wanted_shapes(options_)) time(used);
    print_summary();
    write_csv(options_, table_);
  }

 private:
  void time(const UsedShape& used) {
    const OpCase op_case = make_case(used.op, used.shape);
    const Outputs expected = expected_outputs(*cpu_, op_case);
    const Buffers buffers(*device_, op_case);
    const auto issue = [&] { op_case.call(device_->kernels<float>(), device_->stream(), buffers); };
    issue();
    const std::string wrong = check(op_case, expected, outputs_of(op_case, buffers));
    if (!wrong.empty())
      throw std::logic_error(fmt::format("{} {} is wrong: {}", used.op, used.shape.str(), wrong));
    if (!is_timed_) {
      fmt::print("{:<70} correct\n", used.op + " " + used.shape.str());
      return;
    }
    const double seconds = stopwatch_->median_seconds(options_.repeats, issue);
    const std::string peak = share_of_peak(op_case, seconds);
    fmt::print("{:<70} {:>10.2f} {:>8.3f} {:>8.1f} {:>6}", used.op + " " + used.shape.str(),
               1e6 * seconds, 1e-12 * op_case.flops / seconds,
               1e-9 * op_case.compulsory_bytes() / seconds, peak);
    if (rivals_.present.empty()) add_row(used, op_case, seconds, peak, "", {});
    for (const auto& rival : rivals_.present) {
      const RivalTime theirs = time_rival(*rival, op_case, expected, buffers, *device_,
                                          rivals_math(), *stopwatch_, options_.repeats);
      if (theirs.absent.empty()) {
        const double ratio = theirs.seconds / seconds;
        fmt::print("  {}: {:.2f}, {:.2f}x, {}", rival->name(), 1e6 * theirs.seconds, ratio,
                   theirs.way);
        ratios_[rival->name()].add(used.op + " " + used.shape.str(), ratio);
      } else if (theirs.absent != "no such operation") {
        fmt::print("  {}: {}", rival->name(), theirs.absent);
      }
      add_row(used, op_case, seconds, peak, rival->name(), theirs);
    }
    fmt::print("\n");
    std::fflush(stdout);
  }

  /// Operations that multiply with tensor cores are held to what those round to.
  std::string check(const OpCase& op_case, const Outputs& expected, const Outputs& got) const {
    if (options_.device.precision == "float32") return difference(op_case, expected, got);
    for (const auto& [name, values] : got) {
      const std::string wrong = difference(expected.at(name), values, rival_tolerance(Math::tf32));
      if (!wrong.empty()) return name + ": " + wrong;
    }
    return {};
  }

  /// bfloat16 products of float32 tensors are held against the rivals' fastest for such tensors.
  Math rivals_math() const {
    return options_.precision() == Precision::float32 ? Math::fma : Math::tf32;
  }

  std::string share_of_peak(const OpCase& op_case, double seconds) const {
    if (!gpu_) return "-";
    const Roofline best =
        roofline(*gpu_, op_case.flops, op_case.compulsory_bytes(), options_.precision());
    return fmt::format("{:.0f}%", 100 * best.seconds / seconds);
  }

  void add_row(const UsedShape& used, const OpCase& op_case, double seconds,
               const std::string& peak, const std::string& rival, const RivalTime& theirs) {
    table_.add({used.op, used.shape.str(), used.used_by, options_.device.device,
                options_.device.precision, fmt::format("{:.3f}", 1e6 * seconds),
                fmt::format("{:.4f}", 1e-12 * op_case.flops / seconds),
                fmt::format("{:.2f}", 1e-9 * op_case.compulsory_bytes() / seconds), peak, rival,
                theirs.way.empty() ? "" : fmt::format("{:.3f}", 1e6 * theirs.seconds),
                theirs.way.empty() ? "" : fmt::format("{:.4f}", theirs.seconds / seconds),
                theirs.way.empty() ? theirs.absent : theirs.way});
  }

  void print_summary() const {
    for (const auto& [rival, ratios] : ratios_)
      fmt::print(
          "{}: we are {:.3f} times as fast (geometric mean of {} shapes); worst {:.3f}, {}\n",
          rival, ratios.geometric_mean(), ratios.count(), ratios.worst(), ratios.worst_case());
  }

  const OpsOptions& options_;
  const Gpu* gpu_;
  std::unique_ptr<Device> device_, cpu_;
  bool is_timed_;
  std::unique_ptr<Stopwatch> stopwatch_;
  Rivals rivals_;
  std::map<std::string, RatioSummary> ratios_;
  Table table_{{"op", "shape", "used by", "device", "precision", "us", "TFLOP/s", "GB/s", "peak",
                "rival", "rival us", "times ours", "rival's way"}};
};

}  // namespace

void time_ops(const OpsOptions& o) { OpsTimer(o).run(); }

}  // namespace nanopneumo::bench
