#include "tools/bench_workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "io/phantoms.h"
#include "layers/random_streams.h"
#include "tools/print_note.h"
#include "train/batches.h"
#include "train/plan_file.h"
#include "train/process_memory.h"

namespace nanopneumo {
namespace {

Shape image_shape(const BenchOptions& o) {
  const ImageSize size = parse_image_size(o.image_size);
  return {size.height, size.width, 3};
}

}  // namespace

void add_workload_options(Command command, BenchOptions& o) {
  command.option("--batch", o.batch, "Images in a batch").between(1, 4096);
  command.option("--repeats", o.repeats, "Timed repetitions after one to warm up").between(1, 1000);
  command.option("--image-size", o.image_size, "Pixels a side, or HEIGHTxWIDTH");
  command.option("--alpha", o.model_options.alpha, "MobileNet's width multiplier");
  add_device_options(command, o.device);
  add_plan_option(command, o.device);
}

Measured measure(const BenchOptions& o, const std::function<void()>& work,
                 const std::function<void()>& after_warm_up) {
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
  return {.median = seconds[seconds.size() / 2],
          .best = seconds.front(),
          .worst = seconds.back(),
          .all = std::accumulate(seconds.begin(), seconds.end(), 0.0)};
}

void print_measured(const std::string& what, const BenchOptions& o, const Measured& measured) {
  fmt::print(
      "{}: {:.1f} img/s  (batch {}, {}: median {:.1f} ms, best {:.1f}, worst {:.1f} of {}; {} "
      "threads; peak memory {} MiB)\n",
      what, o.batch / measured.median, o.batch, o.image_size, 1e3 * measured.median,
      1e3 * measured.best, 1e3 * measured.worst, o.repeats, resolve_threads(o.device.threads),
      peak_memory_mib());
}

Workload::Workload(const BenchOptions& o, Device kind)
    : timing_(kind == Device::timing ? std::make_unique<bench::TimingDevice>(
                                           make_device(o.device, open_plan(o.device, print_note)))
                                     : nullptr),
      plain_(kind == Device::timing ? nullptr
                                    : make_device(o.device, open_plan(o.device, print_note))),
      device_(timing_ ? timing_.get() : plain_.get()),
      network_(find_architecture(o.model), image_shape(o), o.model_options, *device_, kSeed) {
  if (!o.fine_tune.empty()) network_.fine_tune({.layers = o.fine_tune});
  const Shape& image = network_.graph().nodes()[0].output;
  const ImageSet phantoms = make_phantoms(o.batch, to_int(image[0]), to_int(image[1]), kSeed,
                                          kPhantomStream, resolve_threads(o.device.threads));
  const int channels = network_.channels_of(o.gray);
  if (o.gray && channels == 3)
    throw_input_error("--gray is for frozen backbones in float32, not for {} in {}; leave it away",
                      o.model, o.device.precision);
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i < o.batch; ++i) all.push_back(i);
  batch_ = Batches(*device_, phantoms, network_.architecture().preprocessing)
               .training(all, {}, {1, 1}, kSeed, 0, channels);
}

}  // namespace nanopneumo
