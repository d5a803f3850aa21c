// nanopneumo bench forward MODEL, nanopneumo bench train MODEL
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>

#include "io/phantoms.h"
#include "layers/random_streams.h"
#include "tools/bench_commands.h"
#include "tools/commands.h"
#include "tools/options.h"
#include "train/batches.h"
#include "train/network.h"
#include "train/process_memory.h"

namespace nanopneumo {
namespace {

struct BenchOptions {
  std::string model = "cnn", image_size = "250";
  int batch = 32, repeats = 7;
  ModelOptions model_options;
  DeviceOptions device;
};

/// Calls `work` once to warm up and then `repeats` times, and prints the median, best and worst.
void measure(const std::string& what, const BenchOptions& o, const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  work();
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
}

/// A network with random weights and one batch of phantoms for it.
class Workload {
 public:
  explicit Workload(const BenchOptions& o)
      : device_(make_device(o.device)),
        network_(find_architecture(o.model), image_shape(o), o.model_options, *device_, kSeed) {
    const Shape& image = network_.graph().nodes()[0].output;
    const ImageSet phantoms = make_phantoms(o.batch, to_int(image[0]), to_int(image[1]), kSeed,
                                            kPhantomStream, resolve_threads(o.device.threads));
    std::vector<std::int64_t> all;
    for (std::int64_t i = 0; i < o.batch; ++i) all.push_back(i);
    batch_ = Batches(*device_, phantoms, network_.architecture().preprocessing)
                 .training(all, {}, {1, 1}, kSeed, 0);
  }

  Network& network() { return network_; }
  const LabelledBatch<float>& batch() const { return batch_; }

 private:
  static constexpr std::uint64_t kSeed = 1;
  static Shape image_shape(const BenchOptions& o) {
    const ImageSize size = parse_image_size(o.image_size);
    return {size.height, size.width, 3};
  }

  std::unique_ptr<Device> device_;
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

void bench_train(const BenchOptions& o) {
  Workload work(o);
  Network& network = work.network();
  Adam<float> optimizer(network.parameters());
  std::uint32_t step = 0;
  measure(fmt::format("{} training step", o.model), o, [&] {
    LabelledBatch<float> batch = work.batch();
    batch.x = network.frozen_output(batch.x);
    train_step(network.graph(), network.parameters(), optimizer, batch,
               {.training = true, .seed = 1, .step = step++}, network.trained_segment());
  });
}

void add_bench(Command bench, const std::string& name, const std::string& description,
               void (*run)(const BenchOptions&)) {
  const auto o = std::make_shared<BenchOptions>();
  const Command command = bench.command(name, description);
  add_model_argument(command, o->model).required();
  command.option("--batch", o->batch, "Images in a batch").between(1, 4096);
  command.option("--repeats", o->repeats, "Timed repetitions after one to warm up")
      .between(1, 1000);
  command.option("--image-size", o->image_size, "Pixels a side, or HEIGHTxWIDTH");
  command.option("--alpha", o->model_options.alpha, "MobileNet's width multiplier");
  add_device_options(command, o->device);
  command.action([o, run] { run(*o); });
}

}  // namespace

void add_bench_command(Command app) {
  const Command bench = app.command("bench", "Measure speed and memory, with random weights");
  add_bench(bench, "forward", "A frozen backbone's pooled features, or the CNN's answer",
            bench_forward);
  add_bench(bench, "train", "A training step: forward, backward, update", bench_train);
  add_bench_shapes(bench);
  add_bench_ops(bench);
  add_bench_ladder(bench);
}

}  // namespace nanopneumo
