// nanopneumo bench forward MODEL, nanopneumo bench train MODEL
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <numeric>

#include "io/phantoms.h"
#include "layers/random_streams.h"
#include "tools/bench/step_table.h"
#include "tools/bench_commands.h"
#include "tools/commands.h"
#include "tools/options.h"
#include "train/batches.h"
#include "train/network.h"
#include "train/process_memory.h"

namespace nanopneumo {
namespace {

struct BenchOptions {
  std::string model = "cnn", image_size = "250", fine_tune;
  int batch = 32, repeats = 7;
  bool per_op = false;
  ModelOptions model_options;
  DeviceOptions device;
};

/// Calls `work` once to warm up and then `repeats` times, and prints the median, best and worst. Returns the
/// seconds of all that were timed.
double measure(
    const std::string& what, const BenchOptions& o, const std::function<void()>& work,
    const std::function<void()>& after_warm_up = [] {}) {
  using Clock = std::chrono::steady_clock;
  work();
  after_warm_up();
  std::vector<double> seconds;
  for (int i = 0; i < o.repeats; ++i) {
    const auto start = Clock::now();
    work();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  std::ranges::sort(seconds);
  const double median = seconds[seconds.size() / 2];
  fmt::print(
      "{}: {:.1f} img/s  (batch {}, {}: median {:.1f} ms, best {:.1f}, worst {:.1f} of {}; {} "
      "threads; peak memory {} MiB)\n",
      what, o.batch / median, o.batch, o.image_size, 1e3 * median, 1e3 * seconds.front(),
      1e3 * seconds.back(), o.repeats, resolve_threads(o.device.threads), peak_memory_mib());
  return std::accumulate(seconds.begin(), seconds.end(), 0.0);
}

/// A network with random weights and one batch of phantoms for it.
class Workload {
 public:
  explicit Workload(const BenchOptions& o)
      : timing_(o.per_op ? std::make_unique<bench::TimingDevice>(make_device(o.device)) : nullptr),
        plain_(o.per_op ? nullptr : make_device(o.device)),
        device_(timing_ ? timing_.get() : plain_.get()),
        network_(find_architecture(o.model), image_shape(o), o.model_options, *device_, kSeed) {
    if (!o.fine_tune.empty())
      network_.fine_tune(first_fine_tuned(network_.graph(), network_.features_node(), o.fine_tune),
                         FineTunedBatchNorm::gamma_and_beta);
    const Shape& image = network_.graph().nodes()[0].output;
    const ImageSet phantoms = make_phantoms(o.batch, to_int(image[0]), to_int(image[1]), kSeed,
                                            kPhantomStream, resolve_threads(o.device.threads));
    std::vector<std::int64_t> all;
    for (std::int64_t i = 0; i < o.batch; ++i) all.push_back(i);
    batch_ = Batches(*device_, phantoms, network_.architecture().preprocessing)
                 .training(all, {}, {1, 1}, kSeed, 0);
  }

  Network& network() { return network_; }
  /// Null without --per-op.
  bench::TimingDevice* timing() { return timing_.get(); }
  const LabelledBatch<float>& batch() const { return batch_; }

 private:
  static constexpr std::uint64_t kSeed = 1;
  static Shape image_shape(const BenchOptions& o) {
    const ImageSize size = parse_image_size(o.image_size);
    return {size.height, size.width, 3};
  }

  std::unique_ptr<bench::TimingDevice> timing_;
  std::unique_ptr<Device> plain_;
  Device* device_;
  Network network_;
  LabelledBatch<float> batch_;
};

void bench_forward(const BenchOptions& o) {
  Workload work(o);
  const bool backbone = work.network().has_backbone();
  const FrozenPlan<float> trained_part = work.network().plan(work.network().trained_segment());
  measure(fmt::format("{} {}", o.model, backbone ? "frozen forward and pooling" : "forward"), o,
          [&] {
            if (backbone)
              work.network().frozen_output(work.batch().x);
            else
              trained_part.run(work.batch().x);
          });
}

void print_operations(const bench::StepTime& time) {
  fmt::print("\nEach operation, and each at each shape, in one step:\n\n{}\n{}",
             operation_table(time).text(), shape_table(time).text());
}

void bench_train(const BenchOptions& o) {
  if (!o.fine_tune.empty() && !find_architecture(o.model).is_backbone)
    throw_input_error("--fine-tune is not possible for {}: all of it is trained; leave it out",
                      o.model);
  Workload work(o);
  Network& network = work.network();
  Adam<float> optimizer(network.parameters());
  std::uint32_t step = 0;
  const std::string what = o.fine_tune.empty() ? "" : ", fine-tune " + o.fine_tune;
  const double seconds = measure(
      fmt::format("{} training step{}", o.model, what), o,
      [&] {
        LabelledBatch<float> batch = work.batch();
        batch.x = network.frozen_output(batch.x);
        train_step(network.graph(), network.parameters(), optimizer, batch,
                   {.training = true, .seed = 1, .step = step++}, network.trained_segment());
      },
      [&] {
        if (work.timing()) work.timing()->stream().clear();
      });
  if (work.timing())
    print_operations(
        {.timed = work.timing()->stream().timed(), .steps = o.repeats, .seconds = seconds});
}

void add_train_options(Command command, BenchOptions& o) {
  command.option("--fine-tune", o.fine_tune,
                 "Train layers of the backbone too: all, a number, a name");
  command.flag("--per-op", o.per_op, "Print what each operation takes");
}

void add_bench(
    Command bench, const std::string& name, const std::string& description,
    void (*run)(const BenchOptions&),
    void (*add_options)(Command, BenchOptions&) = [](Command, BenchOptions&) {}) {
  const auto o = std::make_shared<BenchOptions>();
  const Command command = bench.command(name, description);
  add_model_argument(command, o->model).required();
  command.option("--batch", o->batch, "Images in a batch").between(1, 4096);
  command.option("--repeats", o->repeats, "Timed repetitions after one to warm up")
      .between(1, 1000);
  command.option("--image-size", o->image_size, "Pixels a side, or HEIGHTxWIDTH");
  command.option("--alpha", o->model_options.alpha, "MobileNet's width multiplier");
  add_options(command, *o);
  add_device_options(command, o->device);
  command.action([o, run] { run(*o); });
}

}  // namespace

void add_bench_command(Command app) {
  const Command bench = app.command("bench", "Measure speed and memory, with random weights");
  add_bench(bench, "forward", "A frozen backbone's pooled features, or the CNN's answer",
            bench_forward);
  add_bench(bench, "train", "A training step: forward, backward, update", bench_train,
            add_train_options);
  add_bench_shapes(bench);
  add_bench_ops(bench);
  add_bench_ladder(bench);
}

}  // namespace nanopneumo
