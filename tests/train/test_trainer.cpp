// Training end to end on a few small phantoms: the same bytes every time, also across an
// interruption at any point.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"
#include "tests/support/formula_network.h"
#include "tests/support/shape_error.h"
#include "train/predictions.h"
#include "train/restored_network.h"
#include "train/scoring.h"
#include "train/trainer.h"

namespace nanopneumo::test {
namespace {

class Silent final : public TrainingObserver {
 public:
  void on_step(std::int64_t, std::int64_t, std::int64_t, double, double) override {}
  void on_validation(std::int64_t, std::int64_t) override {}
  void on_epoch(const EpochRecord& record) override {
    CHECK(std::isfinite(record.loss));
    if (after_epoch) after_epoch(record.epoch);
  }
  std::function<void(std::int64_t)> after_epoch;
};

Config small_config() {
  Config config;
  config.image_height = config.image_width = 46;
  config.phantoms = 16;
  config.epochs = 3;
  config.batch = 6;  // the third batch of an epoch is smaller
  config.class_weights = ClassWeights::parse("balanced");
  config.augmentation = paper_augmentation();
  config.seed = 11;
  return config;
}

const TrainingData& small_data() {
  static const TrainingData data = load_training_data(small_config(), 1);
  return data;
}

/// One process's part of a run.
class Session {
 public:
  explicit Session(const Config& config)
      : config_(config),
        network_(find_architecture(config.model), config.image(), config.model_options(), *device_,
                 config.seed) {
    if (!network_.has_backbone()) return;
    // Initialisers let the activations of a deep network fade; these weights do not.
    assign_formula(network_.graph(), network_.parameters());
    network_.frozen_parameters_changed();
  }

  /// Trains in `folder` until the end or until stop() has been asked `questions` times.
  bool run(const RunFolder& folder, bool resume, int questions) {
    Trainer trainer(config_, small_data(), network_, folder);
    if (resume) trainer.resume(Checkpoint(folder.last()));
    return trainer.run(observer, [&] { return questions-- == 0; });
  }

  /// Trains in `folder` until stop() is asked for the time after `questions`, and saves nothing then. Whether that was.
  bool is_killed(const RunFolder& folder, int questions) {
    struct Killed {};
    Trainer trainer(config_, small_data(), network_, folder);
    try {
      return !trainer.run(observer, [&] { return questions-- == 0 ? throw Killed() : false; });
    } catch (const Killed&) {
      return true;
    }
  }

  std::vector<double> scores() const {
    return score_images(network_, small_data().validation, config_.batch);
  }
  Network& network() { return network_; }
  MemoryStatistics memory() const { return device_->allocator().statistics(); }
  Silent observer;

 private:
  const std::unique_ptr<Device> device_ = make_cpu_device(1);
  Config config_;
  Network network_;
};

constexpr int kNever = -1;
constexpr const char* kFiles[] = {"config.toml",      "log.csv",          "steps.csv",
                                  "best.safetensors", "last.safetensors", "log.jsonl",
                                  "provenance.toml"};
constexpr const char* kEvents = "events.out.tfevents.0.nanopneumo";

std::vector<std::string> bytes_of(const RunFolder& folder, const Config& config) {
  std::vector<std::string> bytes;
  for (const char* file : kFiles) bytes.push_back(file_content(folder.path() / file));
  if (config.tensorboard) bytes.push_back(file_content(folder.path() / kEvents));
  return bytes;
}

std::int64_t rows_of(const std::string& csv) { return std::ranges::count(csv, '\n') - 1; }

/// The bytes of a whole run, stopped after `cut` questions and resumed in another session.
std::vector<std::string> run_with_cut(const Config& config, int cut, bool& was_cut) {
  const TemporaryFolder temporary;
  const RunFolder folder = RunFolder::create(temporary.path() / "run", config);
  was_cut = !Session(config).run(folder, false, cut);
  if (was_cut) {
    const TrainingState state = Checkpoint(folder.last()).training_state();
    CHECK(rows_of(file_content(folder.steps())) == state.step);
    CHECK((state.next_batch == 3 || state.next_batch % config.accumulate == 0));
    CHECK(Session(config).run(RunFolder::open(folder.path()), true, kNever));
  }
  return bytes_of(folder, config);
}

void check_cuts(const Config& config, int fewest_cuts) {
  bool was_cut = false;
  const std::vector<std::string> whole = run_with_cut(config, kNever, was_cut);
  CHECK_FALSE(was_cut);
  for (const std::string& file : whole) CHECK(file.size() > 20);
  CHECK(std::ranges::count(whole[1], '\n') == 1 + config.epochs);
  CHECK(std::ranges::count(whole[2], '\n') == 1 + 3 * config.epochs);
  CHECK(run_with_cut(config, kNever, was_cut) == whole);
  int cut = 0;
  for (;; ++cut) {
    const std::vector<std::string> resumed = run_with_cut(config, cut, was_cut);
    for (std::size_t i = 0; i < whole.size(); ++i)
      CHECK_MESSAGE(resumed[i] == whole[i], (i < std::size(kFiles) ? kFiles[i] : kEvents)
                                                << " after cut " << cut);
    count_cases();
    if (!was_cut) break;
  }
  CHECK(cut >= fewest_cuts);
}

TEST_CASE("A run gives the same bytes twice, and stopped at any point and resumed") {
  // Before each of 9 batches and after each validation batch of 3 epochs.
  check_cuts(small_config(), 12);
}

TEST_CASE("The same for a head on a frozen backbone") {
  Config config = small_config();
  config.model = "mobilenet";
  config.alpha = 0.25;
  config.epochs = 1;
  check_cuts(config, 4);
}

/// A narrow MobileNet that is fine-tuned after its first epoch.
Config fine_tuning_config() {
  Config config = small_config();
  config.model = "mobilenet";
  config.alpha = 0.25;
  config.weights = "none";
  config.epochs = 2;
  config.fine_tuning = {.layers = "10", .learning_rate = 1e-3, .rate_decay = 0.5, .head_epochs = 1};
  return config;
}

TEST_CASE("The same without augmentation, where features are computed once") {
  Config config = small_config();
  config.model = "mobilenet";
  config.alpha = 0.25;
  config.augmentation = {};
  config.epochs = 2;
  check_cuts(config, 6);
}

TEST_CASE("The same without augmentation across the epoch in which fine-tuning begins") {
  Config config = fine_tuning_config();
  config.augmentation = {};
  check_cuts(config, 8);
}

TEST_CASE("The same across the epoch in which fine-tuning begins") {
  check_cuts(fine_tuning_config(), 8);
}

TEST_CASE("The same where all of the backbone is trained from the first step") {
  Config config = fine_tuning_config();
  config.epochs = 1;
  config.fine_tuning = {.layers = "all", .learning_rate = 1e-3};
  check_cuts(config, 4);
}

/// Everything that steers a training at once.
void steer(Config& config) {
  config.schedule.warm_up_epochs = 0.5;
  config.plateau.emplace();
  config.plateau->monitor = {.metric = "loss", .mode = "max"};  // nothing improves
  config.plateau->patience = 1;
  config.plateau->factor = 0.5;
  config.clipping = {.kind = Clipping::Kind::global_norm, .limit = 0.5};
  config.tensorboard = true;
}

TEST_CASE("The same with warm-up, plateau, clipping and events") {
  Config config = small_config();
  steer(config);
  check_cuts(config, 12);
}

TEST_CASE("The same with gathered gradients, a cosine and clipped values") {
  Config config = small_config();
  config.accumulate = 2;  // of three batches
  config.tensorboard = true;
  config.schedule = {.kind = Schedule::Kind::cosine, .decay_epochs = 3};
  config.clipping = {.kind = Clipping::Kind::value, .limit = 1e-3};
  check_cuts(config, 12);  // between the batches of an update, too
}

TEST_CASE("The same across the epoch in which fine-tuning begins, steered") {
  Config config = fine_tuning_config();
  steer(config);
  check_cuts(config, 8);
}

/// Kills runs that save their state after each update at every point there is.
void check_kills(Config config) {
  bool was_cut = false;
  const std::vector<std::string> whole = run_with_cut(config, kNever, was_cut);
  config.checkpoint_every = 1e-9;
  int questions = 0;
  for (bool was_killed = true; was_killed; ++questions) {
    const TemporaryFolder temporary;
    const RunFolder folder = RunFolder::create(temporary.path() / "run", config);
    was_killed = Session(config).is_killed(folder, questions);
    if (!std::filesystem::exists(folder.last())) continue;
    if (was_killed) CHECK(Session(config).run(folder, true, kNever));
    const std::vector<std::string> bytes = bytes_of(folder, config);
    for (std::size_t i = 1; i < whole.size();
         ++i)  // the first is config.toml, which says how often
      CHECK_MESSAGE(bytes[i] == whole[i], (i < std::size(kFiles) ? kFiles[i] : kEvents)
                                              << " after kill " << questions);
    count_cases();
  }
  CHECK(questions > 12);
}

TEST_CASE(
    "A run that saves its state after each update gives the same bytes, also where it is killed") {
  Config config = small_config();
  steer(config);
  check_kills(config);
}

TEST_CASE("The same with gathered gradients") {
  Config config = small_config();
  config.accumulate = 2;
  config.tensorboard = true;
  check_kills(config);
}

TEST_CASE("Between two saved states of a killed run there is one update") {
  Config config = small_config();
  config.checkpoint_every = 1e-9;
  const TemporaryFolder temporary;
  const RunFolder folder = RunFolder::create(temporary.path() / "run", config);
  CHECK(Session(config).is_killed(folder, 2));
  CHECK(Checkpoint(folder.last()).training_state().step == 2);
  config.checkpoint_every = 0;
  const RunFolder other = RunFolder::create(temporary.path() / "other", config);
  CHECK(Session(config).is_killed(other, 2));
  CHECK_FALSE(std::filesystem::exists(other.last()));
  count_cases(2);
}

TEST_CASE("Early stopping ends a run, also one that is resumed") {
  Config config = small_config();
  config.epochs = 5;
  config.early_stopping.emplace();
  config.early_stopping->monitor = {.metric = "val_loss", .min_delta = 1e6};  // nothing improves
  config.early_stopping->patience = 2;
  bool was_cut = false;
  const std::vector<std::string> whole = run_with_cut(config, kNever, was_cut);
  CHECK(std::ranges::count(whole[1], '\n') == 1 + 3);
  for (const int cut : {1, 5, 8, 11}) {
    CHECK(run_with_cut(config, cut, was_cut) == whole);
    CHECK(was_cut);
    count_cases();
  }
}

TEST_CASE("Early stopping of the head alone begins fine-tuning, with fresh callbacks") {
  Config config = fine_tuning_config();
  config.epochs = 5;
  config.fine_tuning.head_epochs = 4;
  config.early_stopping.emplace();
  config.early_stopping->monitor = {.metric = "val_loss", .min_delta = 1e6};
  config.early_stopping->patience = 1;
  const TemporaryFolder temporary;
  const RunFolder folder = RunFolder::create(temporary.path() / "run", config);
  CHECK(Session(config).run(folder, false, kNever));
  const TrainingState state = Checkpoint(folder.last()).training_state();
  CHECK(state.epoch == 4);  // two epochs of each phase
  CHECK(state.phase_start == 2);
  CHECK(state.is_fine_tuning);
  CHECK(state.is_finished);
  bool was_cut = false;
  const std::vector<std::string> whole = run_with_cut(config, kNever, was_cut);
  for (const int cut : {2, 7, 9, 12}) {
    CHECK(run_with_cut(config, cut, was_cut) == whole);
    CHECK(was_cut);
  }
  count_cases(8);
}

/// The parameters in a checkpoint.
std::map<std::string, std::vector<float>> saved_parameters(const std::filesystem::path& file) {
  std::map<std::string, std::vector<float>> values;
  for (const LoadedTensor& tensor : read_safetensors(file).tensors)
    values[tensor.name] = tensor.values;
  return values;
}

TEST_CASE("Fine-tuning changes the layers it is for and no others") {
  const Config config = fine_tuning_config();
  const TemporaryFolder temporary;
  const RunFolder folder = RunFolder::create(temporary.path() / "run", config);
  Session session(config);
  std::vector<std::map<std::string, std::vector<float>>> after;
  session.observer.after_epoch = [&](std::int64_t) {
    after.push_back(saved_parameters(folder.last()));
  };
  const Network& network = session.network();
  const auto backbone = [&] {
    std::map<std::string, std::vector<float>> values;
    for (const Parameter<float>& p : network.parameters().all())
      if (p.node <= network.features_node()) values[p.name] = p.variable.value.to_host();
    return values;
  };
  const auto before = backbone();
  CHECK(session.run(folder, false, kNever));
  REQUIRE(after.size() == 2);

  const int first = first_fine_tuned(network.graph(), network.features_node(), "10");
  CHECK(network.graph().nodes()[static_cast<std::size_t>(first)].name == "conv_pw_11");
  CHECK(network.trained_segment().first == first - 1);
  int changed = 0;
  for (const Parameter<float>& p : network.parameters().all()) {
    if (p.node > network.features_node()) continue;
    INFO(p.name);
    CHECK(after[0].at(p.name) == before.at(p.name));  // the head alone
    const bool statistics = p.name.find("moving_") != std::string::npos;
    const bool same = after[1].at(p.name) == before.at(p.name);
    CHECK(same == (p.node < first || statistics));
    changed += !same;
    count_cases();
  }
  CHECK(changed == 5 + 2 * 5);  // kernels; gammas and betas
  // What was written is what the network holds.
  for (const auto& [name, values] : backbone()) CHECK(after[1].at(name) == values);
}

TEST_CASE("A checkpoint of a fine-tuned run gives a frozen network of the same outputs") {
  const Config config = fine_tuning_config();
  const TemporaryFolder temporary;
  const RunFolder folder = RunFolder::create(temporary.path() / "run", config);
  Session session(config), asked(config);
  CHECK(session.run(folder, false, kNever));
  const std::vector<double> random = asked.scores();
  Checkpoint(folder.last()).restore(asked.network());
  const std::vector<double> expected = session.scores(), found = asked.scores();
  REQUIRE(found.size() == expected.size());
  CHECK(found != random);
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-5));
  count_cases();
}

TEST_CASE("A run is not resumed with another fine-tuning") {
  const Config config = fine_tuning_config();
  const TemporaryFolder temporary;
  const RunFolder folder = RunFolder::create(temporary.path() / "run", config);
  CHECK_FALSE(Session(config).run(folder, false, 5));
  for (const char* layers : {"all", "9", "conv_pw_13"}) {
    Config other = config;
    other.fine_tuning.layers = layers;
    CHECK(contains(input_error_of([&] { Session(other).run(folder, true, kNever); }),
                   "was trained with other options in config.toml"));
  }
  count_cases(3);
}

TEST_CASE("A run that is stopped twice in an epoch still ends the same") {
  const Config config = small_config();
  bool was_cut = false;
  const std::vector<std::string> whole = run_with_cut(config, kNever, was_cut);
  const TemporaryFolder temporary;
  const RunFolder folder = RunFolder::create(temporary.path() / "run", config);
  CHECK_FALSE(Session(config).run(folder, false, 1));
  CHECK_FALSE(Session(config).run(folder, true, 0));
  CHECK_FALSE(Session(config).run(folder, true, 1));
  CHECK(Session(config).run(folder, true, kNever));
  for (std::size_t i = 0; i < whole.size(); ++i)
    CHECK_MESSAGE(file_content(folder.path() / kFiles[i]) == whole[i], kFiles[i]);
  count_cases();
}

TEST_CASE("Another seed gives another network") {
  Config other = small_config();
  other.seed = 12;
  bool was_cut = false;
  CHECK(run_with_cut(small_config(), kNever, was_cut)[4] !=
        run_with_cut(other, kNever, was_cut)[4]);
  count_cases();
}

TEST_CASE("After the first epoch the system is asked for no more memory") {
  const TemporaryFolder temporary;
  const Config config = small_config();
  Session session(config);
  std::vector<MemoryStatistics> after;
  session.observer.after_epoch = [&](std::int64_t) { after.push_back(session.memory()); };
  CHECK(session.run(RunFolder::create(temporary.path() / "run", config), false, kNever));
  REQUIRE(after.size() == 3);
  for (const MemoryStatistics& epoch : after) {
    CHECK(epoch.system_calls == after[0].system_calls);
    CHECK(epoch.in_use == after[0].in_use);
    CHECK(epoch.peak_in_use == after[0].peak_in_use);
  }
  count_cases();
}

TEST_CASE("A restored network answers with the digits that it was validated with") {
  for (const FineTuning& tuning :
       {FineTuning{}, FineTuning{.layers = "conv_pw_12"},
        FineTuning{.layers = "conv_pw_12", .learning_rate = 1e-3, .head_epochs = 1}}) {
    CAPTURE(tuning.layers);
    CAPTURE(tuning.head_epochs);
    Config config = small_config();
    config.model = "mobilenet";
    config.weights = "none";
    config.alpha = 0.25;
    config.epochs = 2;
    config.fine_tuning = tuning;
    const TemporaryFolder temporary;
    const RunFolder folder = RunFolder::create(temporary.path() / "run", config);
    CHECK(Session(config).run(folder, false, kNever));
    const Checkpoint best(folder.best());
    CHECK(best.header().is_fine_tuned ==
          (tuning.wanted() && best.header().epoch > tuning.head_epochs));
    const auto device = make_cpu_device(1);
    const auto network = restored_network(best, config, *device);
    CHECK(network->features_node() >= network->trained_segment().first);
    CHECK(score_images(*network, small_data().validation, config.batch) ==
          read_predictions(folder.predictions()).logits);
    count_cases();
  }
}

}  // namespace
}  // namespace nanopneumo::test
