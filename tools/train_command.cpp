// nanopneumo train MODEL
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <set>

#include "io/atomic_file.h"
#include "io/file_bytes.h"
#include "io/is_there.h"
#include "tools/commands.h"
#include "tools/fine_tuning_options.h"
#include "tools/load_data.h"
#include "tools/options.h"
#include "tools/print_note.h"
#include "tools/program_name.h"
#include "tools/progress_bar.h"
#include "tools/run_start.h"
#include "tools/signals.h"
#include "tools/test_once.h"
#include "tools/trace_file.h"
#include "tools/train_console.h"
#include "tools/train_options.h"
#include "tools/trained_run.h"
#include "train/planned_memory.h"
#include "train/pretrained.h"
#include "train/process_memory.h"
#include "train/rate_finder.h"
#include "train/test_result.h"
#include "train/trainer.h"

namespace nanopneumo {
namespace {

/// Where a run lies and what is done with its options; the options themselves are ConfigOptions.
struct TrainCall {
  std::string model, out, resume, config, trace;
  bool dump_config = false, find_rate = false;
};

/// The options of a new run: those of --config, if any, and over them what was typed.
Config resolve(const TrainCall& call, const ConfigOptions& options) {
  Config config =
      options.over(call.config.empty() ? Config{} : read_options(call.config, Config{}));
  if (!call.model.empty()) config.model = call.model;
  config.model = find_architecture(config.model).name;
  config.schedule.settle(config.epochs);
  config.make_paths_absolute();
  require_layers_for_bfloat16(config);
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

void describe_network(const Config& config, const Network& network) {
  const ParameterCount count = count_parameters(network.graph());
  fmt::print("model       {} at {}x{}, {} parameters, {} of them trained\n",
             network.architecture().title, config.image_height, config.image_width, count.total,
             count.total - count.non_trainable);
  if (network.has_backbone())
    fmt::print("backbone    {}weights {}\n", config.fine_tuning.wanted() ? "" : "frozen, ",
               config.weights == "none" ? "random (--weights none): its features know nothing"
                                        : shown(config.weights));
}

/// MiB at the peak, where that is known.
std::optional<std::int64_t> print_memory(const Config& config, const TrainingData& data,
                                         const Network& network) {
  const PlannedMemory now = plan_memory_of_run(config, data, network);
  fmt::print("memory      {}\n", now.words());
  const auto later = plan_memory_of_fine_tuning(config, data, network, now);
  if (later) fmt::print("            once the backbone is trained too, {}\n", later->words());
  if (config.device != "cpu") return {};  // a GPU has its own
  const int threads = resolve_threads(config.threads);
  const bool trains_convolutions =
      !network.has_backbone() || network.trained_segment().first < network.features_node();
  std::int64_t peak = expected_peak_mib(now, trains_convolutions, threads);
  if (later) peak = std::max(peak, expected_peak_mib(*later, true, threads));
  fmt::print("            with the program and its libraries about {} MiB at the peak\n", peak);
  return peak;
}

void print_result(const Config& config, const RunFolder& folder, const TrainingState& state) {
  fmt::print(
      "\npeak memory {} MiB\nbest epoch {}: validation accuracy {:.2f} %{}\nrun folder: {}\n",
      peak_memory_mib(), state.best_epoch, 100 * state.best_accuracy,
      config.data.empty() ? " (on phantoms: synthetic images, no X-rays)" : "",
      folder.path().string());
  if (config.data.empty())
    fmt::print(
        "next: {} train cnn --data FOLDER (your X-rays in {{train,test}}/{{NORMAL,PNEUMONIA}})\n",
        program_name());
  else
    fmt::print("next: {} predict {} IMAGE...\n", program_name(), folder.path().string());
}

/// Says so where a run has all of its epochs, or was stopped early. Throws InputError where it has more than
/// that.
bool is_finished(const RunFolder& folder, const TrainingState& state, const Config& config) {
  const std::string path = folder.path().string();
  const int epochs = config.epochs;
  if (state.epoch > epochs)
    throw_input_error("{} has {} epochs already; give --epochs above that to go on", path,
                      state.epoch);
  if ((state.epoch == epochs || state.is_finished) && owes_test(config, folder))
    fmt::print("{} is trained, and owes its test\n", path);
  else if (state.epoch == epochs)
    fmt::print("{} is finished: all of its {} epochs are done; go on with a larger --epochs\n",
               path, epochs);
  else if (state.is_finished)
    fmt::print("{} is finished: --early-stopping ended it after epoch {}\n", path, state.epoch);
  return state.epoch == epochs || state.is_finished;
}

/// A resumed run stays on its device unless another one is asked for.
void move_to_device(Config& config, const DeviceOptions& wanted) {
  const DeviceOptions was = config.device_options();
  config.device = wanted.device;
  config.precision = wanted.precision;
  config.gemm = wanted.gemm;
  if (config.device != "cpu") config.plan = "default";
  if (was.device != wanted.device || was.precision != wanted.precision || was.gemm != wanted.gemm)
    fmt::print(
        "note: this run was on {} ({}) and goes on on {} ({}): what follows differs in its "
        "last digits from what {} would have given\n",
        was.device, was.precision, wanted.device, wanted.precision, was.device);
}

/// What a resumed run cannot be given anew.
void refuse_fixed_options(Command command) {
  std::set<std::string> free{"--resume", "--epochs", "--device", "--trace", "MODEL"};
  if (command.given("--device")) free.insert({"--precision", "--gemm"});
  for (const Option option : command.options())
    if (option.given() && !free.contains(option.name()))
      throw_input_error("{} cannot be changed when a run is resumed; leave it away", option.name());
}

/// The options of a run that is resumed, with those that may be given anew.
Config resolve_resumed(const TrainCall& call, const ConfigOptions& options,
                       const RunFolder& folder) {
  const Command command = options.command();
  refuse_fixed_options(command);
  Config config = read_config(folder.config());
  if (!call.model.empty() && find_architecture(call.model).name != config.model)
    throw_input_error("{} is a run of {}, not of {}; leave the model away", call.resume,
                      config.model, call.model);
  const Config typed = options.over(Config{});
  if (command.given("--epochs")) config.epochs = typed.epochs;
  if (command.given("--device")) move_to_device(config, typed.device_options());
  config.validate();
  return config;
}

/// Writes the range test beside its options into the run's folder.
void find_rate(const Config& config, const TrainingData& data, Network& network,
               const RunFolder& folder, const SignalWatch& signals, TraceFile* trace) {
  ProgressBar bar("learning rates", "step");
  const RateRange range;
  const std::vector<RatePoint> points =
      find_learning_rates(config, data, network, range, [&](int step) {
        bar.update(step, range.steps);
        return signals.received() != 0;
      });
  bar.clear();
  if (trace) fmt::print("{}", trace->write());
  if (signals.received() != 0) {
    folder.clear();
    fmt::print("stopped; nothing is kept: the same command begins anew\n");
    throw StoppedBySignal{signals.received()};
  }
  write_file_atomically(folder.path() / "learning_rates.csv", rate_csv(points));
  write_file_atomically(folder.path() / "learning_rates.svg", rate_svg(points));
  if (const auto rate = suggested_rate(points))
    fmt::print("the loss falls most steeply at {:.2g}: try --learning-rate {:.2g}\n", *rate, *rate);
  else
    fmt::print("the loss never falls: look at the picture\n");
  fmt::print("learning_rates.csv and learning_rates.svg are in {}\n", folder.path().string());
}

/// From the first epoch, or the checkpoint of `start`, to the end.
void run_training(const ConfigOptions& options, RunStart& start, const TrainingData& data,
                  Network& network, const SignalWatch& signals, TraceFile* trace) {
  const Config& config = start.config;
  const RunFolder& folder = *start.folder;
  Trainer trainer(config, data, network, folder);
  if (start.is_resumed()) {
    take_up(start, trainer);
    fmt::print("resuming after epoch {} and {} batches of the next\n", trainer.state().epoch,
               trainer.state().next_batch);
    if (options.command().given("--epochs") || options.command().given("--device"))
      write_file_atomically(folder.config(), to_toml(config));
  }
  const auto peak = print_memory(config, data, network);
  std::fflush(stdout);
  if (peak && *peak - file_memory_mib() > machine_memory_mib()) {
    if (!is_there(folder.last())) folder.clear();  // nothing to go on with
    throw_input_error(
        "this run needs about {} MiB and this machine has {}; give a smaller --batch or "
        "--image-size, or fewer images",
        *peak, machine_memory_mib());
  }
  TrainConsole console(config.epochs, config.batch);
  const bool finished = trainer.run(console, [&] { return signals.received() != 0; });
  console.clear();
  if (trace) fmt::print("{}", trace->write());
  if (!finished) {
    fmt::print("stopped; the state is saved: go on with nanopneumo train --resume {}\n",
               folder.path().string());
    throw StoppedBySignal{signals.received()};
  }
  if (trainer.state().is_finished)
    fmt::print("stopped early: {} no longer improved\n", config.early_stopping->monitor.metric);
  print_result(config, folder, trainer.state());
}

RunStart new_run(const TrainCall& call, const ConfigOptions& options) {
  if (call.model.empty() && call.config.empty())
    throw_input_error("train needs a model: nanopneumo train cnn");
  return {.config = resolve(call, options)};
}

/// Nothing where the run has nothing left to do.
std::optional<RunStart> resumed_run(const TrainCall& call, const ConfigOptions& options) {
  const RunFolder folder = RunFolder::open_to_train(call.resume);
  Config config = resolve_resumed(call, options, folder);
  Checkpoint last = open_checkpoint(folder, "last", config);
  if (!is_finished(folder, last.training_state(), config))
    refuse_after_test(config, folder);
  else if (!owes_test(config, folder))
    return {};
  return RunStart{.config = std::move(config), .folder = folder, .last = std::move(last)};
}

TrainingData read_data(const Config& config, Device& device) {
  const TraceSpan span(device, "images");
  return load_data(config, [] {});
}

/// Says what the network is, and fills it with the weights that a new run begins with.
Network set_up_network(const RunStart& start, Device& device) {
  const Config& config = start.config;
  Network network = make_network(start, device);
  const std::string fine_tuning = describe_fine_tuning(config.fine_tuning, network);
  fmt::print("{}", left_out_note(config.weights, load_weights(start, network)));
  describe_network(config, network);
  fmt::print("{}", fine_tuning);
  return network;
}

/// What --trace asks for; null without. Weights, images and compilation are in it as well.
std::unique_ptr<TraceFile> open_trace(const TrainCall& call, Device& device) {
  if (call.trace.empty()) return nullptr;
  auto trace = std::make_unique<TraceFile>(call.trace);
  trace->attach(device);
  return trace;
}

/// A run whose options are settled: makes the network, loads the images and trains.
void carry_out(const TrainCall& call, const ConfigOptions& options, RunStart start) {
  const Config& config = start.config;
  if (!start.is_resumed())  // before the images are read
    check_out(call.out.empty() ? unused_run_path(config.model) : std::filesystem::path(call.out),
              config.data);
  if (config.data.empty())
    fmt::print(
        "No --data: this run uses phantoms, synthetic pictures that only resemble X-rays.\n");
  else if (options.command().given("--phantoms"))
    print_note("--phantoms is not used: there is --data");
  if (options.command().given("--feature-cache") && !find_architecture(config.model).is_backbone)
    print_note("--feature-cache is not used: nothing of this model is frozen");
  const DeviceOptions device_options = config.device_options();
  const auto plan = open_plan(start);
  const std::unique_ptr<Device> device = make_device(device_options, plan);
  const std::unique_ptr<TraceFile> trace = open_trace(call, *device);
  if (config.device == "emulated")
    fmt::print(
        "note: --device emulated runs the CUDA source thread by thread on the CPU: it is "
        "there to be studied, and slow.\n");
  Network network = set_up_network(start, *device);
  const TrainingData data = read_data(config, *device);
  try_plan(start, plan.get(), data, network, [] {});
  const SignalWatch signals;  // until here there is nothing that a signal could leave half done
  const RunFolder& folder = open_folder(start, call.out, data, network, plan.get());
  fmt::print("device      {}; run folder {}\n", describe_device(device_options),
             folder.path().string());
  std::fflush(stdout);

  if (call.find_rate) return find_rate(config, data, network, folder, signals, trace.get());
  try {
    run_training(options, start, data, network, signals, trace.get());
  } catch (const std::bad_alloc&) {
    if (!is_there(folder.last())) folder.clear();  // nothing to go on with
    throw;
  }
  try {
    test_once(config, data, folder, *device, signals.check());
  } catch (const StoppedBySignal&) {
    fmt::print("stopped; the test part is still owed: go on with nanopneumo train --resume {}\n",
               folder.path().string());
    throw;
  }
}

void train(const TrainCall& call, const ConfigOptions& options) {
  std::optional<RunStart> start =
      call.resume.empty() ? new_run(call, options) : resumed_run(call, options);
  if (!start) return;
  settle_weights(start->config, find_architecture(start->config.model));
  if (call.dump_config)
    fmt::print("{}", to_toml(start->config));
  else
    carry_out(call, options, std::move(*start));
}

}  // namespace

void add_train_command(Command app) {
  const auto call = std::make_shared<TrainCall>();
  const Command command =
      app.command("train", "Train a model on a folder of X-rays, or on phantoms without --data");
  add_model_argument(command, call->model);
  const auto options = std::make_shared<ConfigOptions>(command);
  command.option("--out", call->out, "Folder of the run; default runs/MODEL-N");
  command.option("--resume", call->resume,
                 "Go on with the run in this folder; only --epochs, --trace, and --device with "
                 "its --precision and --gemm, may be given with it");
  command.option("--config", call->config,
                 "Options from a TOML file such as a run's config.toml; typed ones go first");
  command.option("--trace", call->trace,
                 "Write what the run does when, for Chrome or Perfetto, to this JSON file");
  command.flag("--dump-config", call->dump_config, "Print all options as such a file, and stop");
  command.flag("--find-lr", call->find_rate,
               "Instead of training, try learning rates from 1e-7 to 10 for 100 steps");
  add_training_options(*options);
  add_callback_options(*options);
  add_fine_tuning_options(*options);
  add_augmentation_options(*options);
  command.action([call, options] { train(*call, *options); });
}

}  // namespace nanopneumo
