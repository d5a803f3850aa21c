// nanopneumo train MODEL
#include <fmt/format.h>

#include <filesystem>
#include <limits>
#include <memory>
#include <set>

#include "io/atomic_file.h"
#include "tools/commands.h"
#include "tools/fine_tuning_options.h"
#include "tools/options.h"
#include "tools/progress_bar.h"
#include "tools/report_metrics.h"
#include "tools/signals.h"
#include "tools/trained_run.h"
#include "train/pretrained.h"
#include "train/process_memory.h"
#include "train/run_facts.h"
#include "train/trainer.h"

namespace nanopneumo {
namespace {

/// Options as they were typed; those not given leave a preset or a resumed run's value alone.
struct TrainOptions {
  Config config;
  DeviceOptions device;
  std::string image_size = "250", augment = "none", class_weight = "none", out, resume;
  std::string interpolation = "nearest";
  std::optional<int> epochs;
  std::optional<double> rotation, width_shift, height_shift, shear;
  std::vector<double> zoom, brightness;
  bool horizontal_flip = false, vertical_flip = false;
};

/// Prints what training does.
class Console final : public TrainingObserver {
 public:
  Console(int epochs, int batch) : epochs_(epochs), batch_(batch) {}

  void on_step(std::int64_t epoch, std::int64_t batch, std::int64_t batches, double mean_loss,
               double mean_accuracy) override {
    if (!training_) training_.emplace(fmt::format("epoch {}/{}", epoch, epochs_), "img", batch_);
    training_->update(batch, batches,
                      fmt::format("loss {:.4f}  accuracy {:.4f}", mean_loss, mean_accuracy));
  }
  void on_validation(std::int64_t done, std::int64_t total) override {
    if (training_) training_->clear();
    training_.reset();
    if (!validation_) validation_.emplace("validation", "img");
    validation_->update(done, total);
  }
  void on_epoch(const EpochRecord& r) override {
    validation_->clear();
    validation_.reset();
    fmt::print(
        "epoch {}/{}  {:.1f} s  {:.1f} img/s  loss {:.4f}  accuracy {:.4f}  |  validation "
        "loss {:.4f}  {}{}\n",
        r.epoch, epochs_, r.train_seconds + r.validation_seconds,
        static_cast<double>(r.images) / r.train_seconds, r.loss, r.accuracy, r.validation_loss,
        metrics_line(r.validation), r.is_best ? "  best" : "");
    std::fflush(stdout);
  }
  void clear() {
    if (training_) training_->clear();
    if (validation_) validation_->clear();
  }

 private:
  int epochs_, batch_;
  std::optional<ProgressBar> training_, validation_;
};

void apply_augmentation(const TrainOptions& options, AugmentationRanges& ranges) {
  if (options.augment == "paper") ranges = paper_augmentation();
  const auto set = [](const std::optional<double>& given, double& value) {
    if (given) value = *given;
  };
  set(options.rotation, ranges.rotation_range);
  set(options.width_shift, ranges.width_shift_range);
  set(options.height_shift, ranges.height_shift_range);
  set(options.shear, ranges.shear_range);
  if (options.zoom.size() == 1) ranges.zoom_range = {1 - options.zoom[0], 1 + options.zoom[0]};
  if (options.zoom.size() == 2) ranges.zoom_range = {options.zoom[0], options.zoom[1]};
  if (!options.brightness.empty())
    ranges.brightness_range = {options.brightness[0], options.brightness[1]};
  ranges.horizontal_flip = ranges.horizontal_flip || options.horizontal_flip;
  ranges.vertical_flip = ranges.vertical_flip || options.vertical_flip;
}

void set_device(Config& config, const DeviceOptions& device) {
  config.device = device.device;
  config.precision = device.precision;
  config.gemm = device.gemm;
}

Config resolve(const TrainOptions& options) {
  Config config = options.config;
  config.model = find_architecture(config.model).name;
  set_device(config, options.device);
  config.threads = options.device.threads;
  const ImageSize size = parse_image_size(options.image_size);
  config.image_height = size.height;
  config.image_width = size.width;
  config.class_weights = ClassWeights::parse(options.class_weight);
  config.interpolation =
      options.interpolation == "nearest" ? Interpolation::nearest : Interpolation::bilinear;
  if (options.epochs) config.epochs = *options.epochs;
  apply_augmentation(options, config.augmentation);
  // A resumed run finds its data from any working directory.
  if (!config.data.empty()) config.data = std::filesystem::absolute(config.data).string();
  if (!config.weights.empty() && config.weights != "none")
    config.weights = std::filesystem::absolute(config.weights).string();
  config.validate();
  return config;
}

/// The file that is used is part of the run's settings.
void settle_weights(Config& config, const Architecture& architecture) {
  if (architecture.is_backbone)
    config.weights = find_weights(architecture, config.model_options(), config.weights);
  if (!architecture.is_backbone && !config.weights.empty() && config.weights != "none")
    throw_input_error("{} is trained from scratch; leave --weights away", architecture.title);
}

void describe_set(const char* what, const ImageSet& images, const std::string& source,
                  const std::vector<std::string>& classes) {
  const std::int64_t positives = count_positives(images);
  fmt::print("{:<11} {} images from {}: {} {}, {} {}\n", what, images.size(), source,
             images.size() - positives, classes[0], positives, classes[1]);
}

TrainingData load_data(const Config& config) {
  ProgressBar bar(config.data.empty() ? "drawing phantoms" : "reading images", "img");
  TrainingData data = load_training_data(
      config, resolve_threads(config.loader_threads ? config.loader_threads : config.threads),
      [&](std::int64_t done, std::int64_t total) { bar.update(done, total); });
  bar.clear();
  describe_set("training", data.train, data.train_source, data.classes);
  describe_set("validation", data.validation, data.validation_source, data.classes);
  for (const std::string& note : data.notes) fmt::print("note: {}\n", note);
  return data;
}

void describe_network(const Config& config, const Network& network) {
  const ParameterCount count = count_parameters(network.graph());
  fmt::print("model       {} at {}x{}, {} parameters, {} of them trained\n",
             network.architecture().title, config.image_height, config.image_width, count.total,
             count.total - count.non_trainable);
  if (network.has_backbone())
    fmt::print("backbone    {}weights {}\n", config.fine_tuning.wanted() ? "" : "frozen, ",
               config.weights == "none" ? "random (--weights none): its features know nothing"
                                        : config.weights);
}

void print_result(const Config& config, const RunFolder& folder, const TrainingState& state) {
  fmt::print(
      "\npeak memory {} MiB\nbest epoch {}: validation accuracy {:.2f} %{}\nrun folder: {}\n",
      peak_memory_mib(), state.best_epoch, 100 * state.best_accuracy,
      config.data.empty() ? " (on phantoms: synthetic images, no X-rays)" : "",
      folder.path().string());
  if (config.data.empty())
    fmt::print(
        "next: build/nanopneumo train cnn --data FOLDER (your X-rays in "
        "{{train,test}}/{{NORMAL,PNEUMONIA}})\n");
  else
    fmt::print("next: build/nanopneumo predict {} IMAGE...\n", folder.path().string());
}

/// Says so where a run has all of its epochs. Throws InputError where it has more than that.
bool is_finished(const RunFolder& folder, std::int64_t done, int epochs) {
  if (done > epochs)
    throw_input_error("{} has {} epochs already; give --epochs above that to go on",
                      folder.path().string(), done);
  if (done == epochs)
    fmt::print("{} is finished: all of its {} epochs are done; go on with a larger --epochs\n",
               folder.path().string(), epochs);
  return done == epochs;
}

/// What is wrong with the run's folder is said before the images are read.
void check_out(const std::filesystem::path& out, const std::string& data) {
  RunFolder::require_unused(out);
  if (data.empty()) return;
  const std::filesystem::path inside = std::filesystem::weakly_canonical(out).lexically_relative(
      std::filesystem::weakly_canonical(data));
  if (!inside.empty() && *inside.begin() != "..")
    throw_input_error(
        "{} lies in the data, where it would be taken for a class; give another --out",
        out.string());
}

/// Which of the options that a resumed run takes over were typed.
struct Given {
  bool model, device;
};

/// A resumed run stays on its device unless another one is asked for.
void move_to_device(Config& config, const DeviceOptions& wanted) {
  const DeviceOptions was = config.device_options();
  set_device(config, wanted);
  if (was.device != wanted.device || was.precision != wanted.precision || was.gemm != wanted.gemm)
    fmt::print(
        "note: this run was on {} ({}) and goes on on {} ({}): what follows differs in its "
        "last digits from what {} would have given\n",
        was.device, was.precision, wanted.device, wanted.precision, was.device);
}

void train(const TrainOptions& options, const Given& given) {
  const bool resumed = !options.resume.empty();
  std::optional<RunFolder> folder;
  std::optional<Checkpoint> last;
  Config config;
  if (resumed) {
    folder = RunFolder::open(options.resume);
    config = read_config(folder->config());
    if (given.model && options.config.model != config.model)
      throw_input_error("{} is a run of {}, not of {}; leave the model away", options.resume,
                        config.model, options.config.model);
    if (options.epochs) config.epochs = *options.epochs;
    if (given.device) move_to_device(config, options.device);
    config.validate();
    last = open_checkpoint(*folder, "last", config);
    if (is_finished(*folder, last->header().epoch, config.epochs)) return;
  } else {
    if (!given.model) throw_input_error("train needs a model: nanopneumo train cnn");
    config = resolve(options);
  }
  const Architecture& architecture = find_architecture(config.model);
  settle_weights(config, architecture);
  const std::filesystem::path out =
      options.out.empty() ? unused_run_path(config.model) : std::filesystem::path(options.out);
  if (!resumed) check_out(out, config.data);
  if (config.data.empty())
    fmt::print(
        "No --data: this run uses phantoms, synthetic pictures that only resemble X-rays.\n");
  const std::unique_ptr<Device> device = make_device(config.device_options());
  if (config.device == "emulated")
    fmt::print(
        "note: --device emulated runs the CUDA source thread by thread on the CPU: it is "
        "there to be studied, and slow.\n");
  Network network(architecture, config.image(), config.model_options(), *device, config.seed);
  const std::string fine_tuning = describe_fine_tuning(config.fine_tuning, network);
  if (network.has_backbone() && config.weights != "none" && !resumed)
    fmt::print("{}", left_out_note(config.weights, network.load_backbone(config.weights)));
  describe_network(config, network);
  fmt::print("{}", fine_tuning);
  const TrainingData data = load_data(config);
  const SignalWatch signals;
  if (!resumed) folder = RunFolder::create(out, config);
  fmt::print("device      {}; run folder {}\n", describe_device(config.device_options()),
             folder->path().string());
  std::fflush(stdout);

  if (!resumed) write_run_facts(*folder, config, data, network);
  Trainer trainer(config, data, network, *folder);
  if (resumed) {
    trainer.resume(*last);
    last.reset();  // its memory is of use elsewhere
    fmt::print("resuming after epoch {} and {} batches of the next\n", trainer.state().epoch,
               trainer.state().next_batch);
    if (options.epochs || given.device) write_file_atomically(folder->config(), to_toml(config));
  }
  Console console(config.epochs, config.batch);
  const bool finished = trainer.run(console, [&] { return signals.received() != 0; });
  console.clear();
  if (!finished) {
    fmt::print("stopped; the state is saved: go on with nanopneumo train --resume {}\n",
               folder->path().string());
    throw StoppedBySignal{signals.received()};
  }
  print_result(config, *folder, trainer.state());
}

void add_augmentation_options(Command command, TrainOptions& o) {
  const char* group = "Augmentation (Keras' ImageDataGenerator names; on top of --augment)";
  command.option("--augment", o.augment, "Preset: none, or the paper's transformations")
      .one_of({"none", "paper"})
      .group(group);
  command.option("--rotation-range", o.rotation, "Degrees to either side").group(group);
  command.option("--width-shift-range", o.width_shift, "Fraction if below 1, else pixels")
      .group(group);
  command.option("--height-shift-range", o.height_shift, "Fraction if below 1, else pixels")
      .group(group);
  command.option("--shear-range", o.shear, "Degrees to either side").group(group);
  command.option("--zoom-range", o.zoom, "Z for 1-Z..1+Z, or two factors")
      .takes(1, 2)
      .without_default()
      .group(group);
  command.option("--brightness-range", o.brightness, "Two factors")
      .takes(2, 2)
      .without_default()
      .group(group);
  command.flag("--horizontal-flip", o.horizontal_flip, "Mirror half of the images").group(group);
  command.flag("--vertical-flip", o.vertical_flip, "Turn half of the images upside down")
      .group(group);
}

/// What a resumed run cannot be given anew.
void refuse_fixed_options(Command command, Option model) {
  std::set<std::string> free{"--resume", "--epochs", "--device", model.name()};
  if (command.given("--device")) free.insert({"--precision", "--gemm"});
  for (const Option option : command.options())
    if (option.given() && !free.contains(option.name()))
      throw_input_error("{} cannot be changed when a run is resumed; leave it away", option.name());
}

}  // namespace

void add_train_command(Command app) {
  const auto o = std::make_shared<TrainOptions>();
  const Command command =
      app.command("train", "Train a model on a folder of X-rays, or on phantoms without --data");
  Config& c = o->config;
  Option model = add_model_argument(command, c.model);
  command.option("--data", c.data,
                 "Folder {train,test}/{CLASS_A,CLASS_B}, or CLASS_A, CLASS_B with --val-split");
  command.option("--val-split", c.validation_split, "Fraction of each class taken for validation");
  command.option("--phantoms", c.phantoms, "Number of training phantoms without --data");
  command.option("--weights", c.weights,
                 "Keras .h5 file for the backbone (no top), or none for a random one; default: the "
                 "fetched one");
  command.option("--out", o->out, "Folder of the run; default runs/MODEL-N");
  command.option("--resume", o->resume,
                 "Go on with the run in this folder; only --epochs, and --device with its "
                 "--precision and --gemm, may be given with it");
  command.option("--epochs", o->epochs, "Passes over the training images [10]");
  command.option("--batch", c.batch, "Images in a batch");
  command.option("--learning-rate", c.learning_rate, "Of Adam");
  command.option("--class-weight", o->class_weight,
                 "none, balanced, or two numbers A,B for the classes in sorted order");
  command.option("--dropout", c.dropout, "Rate in the head");
  command.option("--image-size", o->image_size, "Pixels a side, or HEIGHTxWIDTH");
  command.option("--interpolation", o->interpolation, "How images are resized")
      .one_of({"nearest", "bilinear"});
  command.option("--alpha", c.alpha, "MobileNet's width multiplier");
  command.option("--seed", c.seed, "Decides initial weights, order, augmentation, dropout")
      .between(0, std::numeric_limits<std::int64_t>::max());
  command.option("--loader-threads", c.loader_threads, "Threads that read images; 0: as --threads");
  add_device_options(command, o->device);
  add_fine_tuning_options(command, c.fine_tuning);
  add_augmentation_options(command, *o);
  command.action([o, model, command] {
    if (!o->resume.empty()) refuse_fixed_options(command, model);
    train(*o, {.model = model.given(), .device = command.given("--device")});
  });
}

}  // namespace nanopneumo
