// Options: config.toml and class weights.
#include <doctest/doctest.h>

#include <limits>

#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/shape_error.h"
#include "train/config.h"

namespace nanopneumo::test {
namespace {

Plateau every_plateau() {
  Plateau p;
  p.monitor = {.metric = "val_auc", .mode = "max", .min_delta = 1e-3};
  p.factor = 1.0 / 3;
  p.patience = 7;
  p.cooldown = 2;
  p.min_learning_rate = 1e-6;
  return p;
}

EarlyStopping every_early_stopping() {
  EarlyStopping s;
  s.monitor = {.metric = "loss", .mode = "min", .min_delta = 0.1 + 0.2};
  s.patience = 5;
  s.baseline = 0.7;
  s.start_from_epoch = 3;
  return s;
}

/// A configuration in which no option has its default value.
Config every_option() {
  return {
      .model = "mobilenet",
      .alpha = 0.1 + 0.2,  // not a short decimal
      .image_height = 123,
      .image_width = 321,
      .dropout = 1.0 / 3,
      .data = "a \"quoted\" \\ folder/R\xc3\xb6ntgen = # [x]",
      .phantoms = 77,
      .validation_split = 0.15,
      .protocol = {.kind = Protocol::Kind::honest, .split_seed = 7, .split = "0123456789abcdef"},
      .interpolation = Interpolation::bilinear,
      .weights = "none",
      .feature_cache = "a folder",
      .epochs = 3,
      .batch = 5,
      .learning_rate = 1e-7,
      .schedule = {.kind = Schedule::Kind::constant,
                   .warm_up_epochs = 0.1 + 0.2,
                   .step_factor = 1.0 / 3,
                   .final_fraction = 0.01},
      .plateau = every_plateau(),
      .early_stopping = every_early_stopping(),
      .clipping = {.kind = Clipping::Kind::value, .limit = 0.1 + 0.2},
      .accumulate = 4,
      .fine_tuning = {.layers = "conv_pw_9",
                      .learning_rate = 0.1 + 0.2,
                      .rate_decay = 1.0 / 3,
                      .head_epochs = 2,
                      .batch_norm = FineTunedBatchNorm::nothing,
                      .drop_connect = 0.1 + 0.2},
      .class_weights = {.kind = ClassWeights::Kind::given, .given = {1.94, 2.0 / 3}},
      .augmentation = {.rotation_range = 20,
                       .width_shift_range = 0.1,
                       .height_shift_range = 3,
                       .shear_range = 10.5,
                       .zoom_range = {0.8, 1.25},
                       .brightness_range = std::array<double, 2>{0.7, 1.3},
                       .horizontal_flip = true,
                       .vertical_flip = true},
      .seed = std::numeric_limits<std::int64_t>::max(),
      .device = "emulated",
      .precision = "bf16",
      .gemm = "ours",
      .threads = 3,
      .loader_threads = 2,
      .tensorboard = true,
      .checkpoint_every = 2.5};
}

Config through_file(const TemporaryFolder& folder, const Config& config) {
  return read_config(folder.file("config.toml", to_toml(config)));
}

TEST_CASE("Every option survives config.toml") {
  const TemporaryFolder folder;
  const Config standard;
  for (const Config& c : {every_option(), standard}) {
    const Config back = through_file(folder, c);
    CHECK(back.model == c.model);
    CHECK(back.alpha == c.alpha);
    CHECK(back.image() == c.image());
    CHECK(back.dropout == c.dropout);
    CHECK(back.data == c.data);
    CHECK(back.phantoms == c.phantoms);
    CHECK(back.validation_split == c.validation_split);
    CHECK(back.protocol == c.protocol);
    CHECK(back.interpolation == c.interpolation);
    CHECK(back.weights == c.weights);
    CHECK(back.epochs == c.epochs);
    CHECK(back.batch == c.batch);
    CHECK(back.learning_rate == c.learning_rate);
    CHECK(back.fine_tuning == c.fine_tuning);
    CHECK(back.schedule == c.schedule);
    CHECK(back.plateau == c.plateau);
    CHECK(back.early_stopping == c.early_stopping);
    CHECK(back.clipping == c.clipping);
    CHECK(back.accumulate == c.accumulate);
    CHECK(back.tensorboard == c.tensorboard);
    CHECK(back.checkpoint_every == c.checkpoint_every);
    CHECK(back.class_weights.kind == c.class_weights.kind);
    CHECK(back.class_weights.given == c.class_weights.given);
    CHECK(back.augmentation.rotation_range == c.augmentation.rotation_range);
    CHECK(back.augmentation.width_shift_range == c.augmentation.width_shift_range);
    CHECK(back.augmentation.height_shift_range == c.augmentation.height_shift_range);
    CHECK(back.augmentation.shear_range == c.augmentation.shear_range);
    CHECK(back.augmentation.zoom_range == c.augmentation.zoom_range);
    CHECK(back.augmentation.brightness_range == c.augmentation.brightness_range);
    CHECK(back.augmentation.horizontal_flip == c.augmentation.horizontal_flip);
    CHECK(back.augmentation.vertical_flip == c.augmentation.vertical_flip);
    CHECK(back.seed == c.seed);
    CHECK(back.device == c.device);
    CHECK(back.precision == c.precision);
    CHECK(back.gemm == c.gemm);
    CHECK(back.threads == c.threads);
    CHECK(back.loader_threads == c.loader_threads);
    CHECK(to_toml(back) == to_toml(c));
    count_cases(45);
  }
}

/// The text of a complete config.toml whose line `key = ...` is replaced by `line`.
std::string with_line(const std::string& key, const std::string& line) {
  std::string text = to_toml(Config{});
  const std::size_t start = text.find("\n" + key + " =") + 1;
  REQUIRE(start != 0);
  return text.replace(start, text.find('\n', start) - start, line);
}

TEST_CASE("A config.toml that is not one is refused by name and cause") {
  const TemporaryFolder folder;
  const auto error = [&](const std::string& text) {
    const auto path = folder.file("bad.toml", text);
    const std::string message = input_error_of([&] { (void)read_config(path); });
    CHECK_MESSAGE(!message.empty(), text);
    count_cases();
    return message;
  };
  const auto replaced = [&](const char* key, const char* line) {
    return error(with_line(key, line));
  };
  CHECK(says(error(""), "bad.toml"));
  CHECK(says(replaced("epochs", ""), "bad.toml", "epochs"));
  CHECK(says(replaced("epochs", "epochs = 3\nepoch = 3"), "bad.toml", "\"epoch\""));
  CHECK(says(replaced("shear_range", "shear_range = 0.0\nshear = 3"), "bad.toml", "\"shear\""));
  CHECK(says(replaced("epochs", "epochs = \"3\""), "bad.toml", "epochs"));
  CHECK(says(replaced("epochs", "epochs = 3.5"), "epochs"));
  CHECK(says(replaced("epochs", "epochs = 99999999999"), "epochs"));
  CHECK(says(replaced("seed", "seed = -1"), "seed"));
  CHECK(says(replaced("model", "model = 3"), "model"));
  CHECK(says(replaced("alpha", "alpha = \"wide\""), "alpha"));
  CHECK(says(error("augmentation = 3\n"), "bad.toml"));
  CHECK(says(replaced("zoom_range", "zoom_range = 0.2"), "zoom_range"));
  CHECK(says(replaced("zoom_range", "zoom_range = [1, 2, 3]"), "zoom_range"));
  CHECK(says(replaced("horizontal_flip", "horizontal_flip = \"yes\""), "horizontal_flip"));
  CHECK(says(replaced("horizontal_flip", "horizontal_flip = 2"), "horizontal_flip"));
  CHECK(says(replaced("interpolation", "interpolation = \"cubic\""), "interpolation"));
  CHECK(says(replaced("class_weight", "class_weight = \"heavy\""), "heavy"));
  CHECK(says(replaced("model", "model = \"resnet\""), "resnet"));
  CHECK(says(replaced("device", "device = \"tpu\""), "tpu", "emulated"));
  CHECK(says(replaced("precision", "precision = 16"), "precision"));
  CHECK(says(replaced("gemm", "gemm = \"mkl\""), "mkl", "cublas"));
  CHECK(says(error("epochs = \n"), "bad.toml", "line 1"));
  CHECK(says(input_error_of([&] { (void)read_config(folder.path() / "none.toml"); }), "none.toml"));
  CHECK(input_error_of([&] {
          (void)read_config(folder.file("good.toml", with_line("epochs", "epochs = 4")));
        }) == "");
}

TEST_CASE("A file with a few options leaves the others as they are") {
  const TemporaryFolder folder;
  Config base;
  base.batch = 7;
  base.augmentation.rotation_range = 20;
  const Config c = read_options(folder.file("some.toml",
                                            "epochs = 3\n[augmentation]\nshear_range = 4\n"
                                            "[schedule]\nkind = 'cosine'\n[fine_tuning]\n"
                                            "layers = 'all'\n[plateau]\npatience = 2\n"),
                                base);
  CHECK(c.epochs == 3);
  CHECK(c.batch == 7);
  CHECK(c.augmentation.rotation_range == 20);
  CHECK(c.augmentation.shear_range == 4);
  CHECK(c.schedule.kind == Schedule::Kind::cosine);
  CHECK(c.fine_tuning == FineTuning{.layers = "all"});
  CHECK(c.plateau.value().patience == 2);
  CHECK(c.plateau.value().factor == 0.1);
  CHECK(to_toml(read_options(folder.file("empty.toml", ""), base)) == to_toml(base));
  const auto refused = [&](const char* text, const char* part) {
    const std::string message =
        input_error_of([&] { (void)read_options(folder.file("bad.toml", text), base); });
    CHECK_MESSAGE(says(message, "bad.toml", part), message);
  };
  refused("epoch = 3", "\"epoch\"");
  refused("[augmentation]\nshear = 4", "\"shear\"");
  refused("[schedule]\nkind = 'linear'", "linear");
  refused("[plateau]\nwait = 3", "\"wait\"");
  refused("[early_stopping]\nwait = 3", "\"wait\"");
  refused("[clipping]\nkind = 'norm'", "limit");
  refused("augmentation = 3", "augmentation");
  refused("accumulate = 'two'", "accumulate");
  count_cases(17);
}

TEST_CASE("Schedules and callbacks decide how a run goes on, what is written does not") {
  const Config plain;
  const auto differs = [&](const auto& change) {
    Config c = plain;
    change(c);
    return fingerprint(c) != fingerprint(plain);
  };
  CHECK(differs([](Config& c) { c.schedule.warm_up_epochs = 1; }));
  CHECK(differs([](Config& c) { c.plateau.emplace(); }));
  CHECK(differs([](Config& c) { c.early_stopping.emplace(); }));
  CHECK(differs([](Config& c) { c.clipping = {.kind = Clipping::Kind::norm, .limit = 1}; }));
  CHECK(differs([](Config& c) { c.accumulate = 2; }));
  CHECK_FALSE(differs([](Config& c) { c.tensorboard = true; }));
  CHECK_FALSE(differs([](Config& c) { c.checkpoint_every = 1; }));
  count_cases(7);
}

TEST_CASE("Values that cannot be trained with are refused by option") {
  const auto error = [](auto change) {
    Config c;
    change(c);
    return input_error_of([&] { c.validate(); });
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(error([](Config&) {}) == "");
  CHECK(says(error([](Config& c) { c.epochs = 0; }), "--epochs"));
  CHECK(says(error([](Config& c) { c.batch = 0; }), "--batch"));
  CHECK(says(error([](Config& c) { c.image_width = 0; }), "--image-size"));
  CHECK(says(error([](Config& c) { c.learning_rate = 0; }), "--learning-rate"));
  CHECK(says(error([&](Config& c) { c.learning_rate = nan; }), "--learning-rate"));
  CHECK(says(error([](Config& c) { c.phantoms = 7; }), "--phantoms"));
  CHECK(says(error([](Config& c) { c.threads = -1; }), "--threads"));
  CHECK(says(error([](Config& c) { c.loader_threads = 2000; }), "--loader-threads"));
  CHECK(says(error([](Config& c) { c.validation_split = 1.0; }), "--val-split"));
  CHECK(says(error([](Config& c) { c.augmentation.rotation_range = -1; }), "--rotation-range"));
  // What config.toml could not give back.
  CHECK(says(error([](Config& c) { c.seed = std::uint64_t{1} << 63; }), "--seed"));
  count_cases(12);
}

TEST_CASE("bfloat16 on the cpu is refused where nothing is frozen") {
  const auto error = [](const std::string& model, const FineTuning& tuning,
                        const std::string& device = "cpu") {
    Config c;
    c.model = model;
    c.device = device;
    c.precision = "bf16";
    c.fine_tuning = tuning;
    return input_error_of([&] { require_layers_for_bfloat16(c); });
  };
  CHECK(says(error("cnn", {}), "--precision bf16", "nothing of this cnn is frozen"));
  CHECK(says(error("mobilenet", {.layers = "all"}), "nothing of this mobilenet is frozen"));
  CHECK(error("mobilenet", {}) == "");
  CHECK(error("mobilenet", {.layers = "10"}) == "");
  CHECK(error("mobilenet", {.layers = "all", .head_epochs = 1}) == "");
  CHECK(error("cnn", {}, "cuda") == "");
  count_cases(6);
}

TEST_CASE("Fine-tuning that is not possible is refused by option") {
  const auto error = [](auto change) {
    Config c;
    c.model = "mobilenet";
    c.weights = "none";
    c.epochs = 4;
    c.fine_tuning = {.layers = "all"};
    change(c);
    return input_error_of([&] { c.validate(); });
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(error([](Config&) {}) == "");
  CHECK(error([](Config& c) { c.fine_tuning.head_epochs = 3; }) == "");
  CHECK(says(error([](Config& c) { c.fine_tuning.head_epochs = 4; }), "--head-epochs = 4",
             "--epochs"));
  CHECK(says(error([](Config& c) { c.fine_tuning.head_epochs = -1; }), "--head-epochs"));
  for (const double rate : {0.0, -1e-5, nan, std::numeric_limits<double>::infinity()})
    CHECK(says(error([&](Config& c) { c.fine_tuning.learning_rate = rate; }),
               "--fine-tune-learning-rate"));
  for (const double decay : {0.0, 1.5, nan})
    CHECK(says(error([&](Config& c) { c.fine_tuning.rate_decay = decay; }), "--rate-decay"));
  for (const double rate : {-0.1, 1.0, nan})
    CHECK(says(error([&](Config& c) { c.fine_tuning.drop_connect = rate; }), "--drop-connect"));
  CHECK(says(error([](Config& c) { c.fine_tuning.layers = "\xff"; }), "--fine-tune"));
  CHECK(says(error([](Config& c) { c.model = "cnn"; }), "CNN from scratch has no pretrained",
             "leave --fine-tune away"));
  // How to fine-tune, but not what.
  for (const FineTuning& how :
       {FineTuning{.learning_rate = 1e-4}, FineTuning{.rate_decay = 0.5},
        FineTuning{.head_epochs = 1}, FineTuning{.batch_norm = FineTunedBatchNorm::nothing},
        FineTuning{.drop_connect = 0.2}})
    CHECK(says(error([&](Config& c) { c.fine_tuning = how; }), "give --fine-tune too"));
  count_cases(21);
}

TEST_CASE("What is fine-tuned decides how a run goes on, and runs without it are as they were") {
  Config frozen;
  frozen.model = "mobilenet";
  frozen.weights = "none";
  CHECK_FALSE(contains(to_toml(frozen), "fine"));
  Config tuned = frozen;
  tuned.fine_tuning = {.layers = "all"};
  CHECK(contains(to_toml(tuned), "[fine_tuning]"));
  CHECK(fingerprint(tuned) != fingerprint(frozen));
  for (const FineTuning& other :
       {FineTuning{.layers = "54"}, FineTuning{.layers = "all", .learning_rate = 1e-4},
        FineTuning{.layers = "all", .rate_decay = 0.5},
        FineTuning{.layers = "all", .head_epochs = 1},
        FineTuning{.layers = "all", .batch_norm = FineTunedBatchNorm::nothing},
        FineTuning{.layers = "all", .drop_connect = 0.2}}) {
    Config changed = tuned;
    changed.fine_tuning = other;
    CHECK(fingerprint(changed) != fingerprint(tuned));
  }
  Config longer = tuned;
  longer.epochs = 99;
  CHECK(fingerprint(longer) == fingerprint(tuned));
  // Runs that know nothing of drop-connect go on.
  CHECK_FALSE(contains(to_toml(tuned), "drop_connect"));
  CHECK(tuned.model_options().drop_connect == ModelOptions{}.drop_connect);
  tuned.fine_tuning.drop_connect = 0.3;
  CHECK(tuned.model_options().drop_connect == 0.3);
  count_cases(11);
}

TEST_CASE("Class weights: none, balanced or two numbers") {
  using Kind = ClassWeights::Kind;
  CHECK(ClassWeights::parse("none").kind == Kind::none);
  CHECK(ClassWeights::parse("none").resolve(10, 30) == std::array<double, 2>{1, 1});
  CHECK(ClassWeights::parse("balanced").kind == Kind::balanced);
  CHECK(ClassWeights::parse("balanced").resolve(1341, 3875) ==
        std::array<double, 2>{5216.0 / 2 / 1341, 5216.0 / 2 / 3875});
  CHECK(ClassWeights::parse("1.94,0.67").resolve(10, 30) == std::array<double, 2>{1.94, 0.67});
  for (const char* text : {"none", "balanced", "1.94,0.67", "0.3333333333333333,2"})
    CHECK(ClassWeights::parse(text).str() == text);
  for (const char* text : {"", "heavy", "1", "1,", ",1", "1;2", "1,2,3", "1,2x", "0,1", "1,-1",
                           "nan,1", "1,inf", "Balanced"})
    CHECK_MESSAGE(input_error_of([&] { (void)ClassWeights::parse(text); }) != "", text);
  count_cases(22);
}

}  // namespace
}  // namespace nanopneumo::test
