// Everything that decides a training run, as the command line sets it and config.toml keeps it.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "io/resize.h"
#include "models/registry.h"
#include "tensor/device_options.h"
#include "train/augmentation.h"
#include "train/early_stopping.h"
#include "train/fine_tuning.h"
#include "train/gradient_clipping.h"
#include "train/plateau.h"
#include "train/protocol.h"
#include "train/schedule.h"

namespace nanopneumo {

/// How much a sample of each class counts in the loss.
struct ClassWeights {
  enum class Kind { none, balanced, given };
  Kind kind = Kind::none;
  std::array<double, 2> given{1, 1};  ///< negative, positive class

  /// "none", "balanced" or "A,B". Throws InputError for anything else, or weights that are not
  /// positive.
  static ClassWeights parse(const std::string& text);
  std::string str() const;
  /// balanced: n / (2 * n_class), as scikit-learn and Keras' examples compute it.
  std::array<double, 2> resolve(std::int64_t negatives, std::int64_t positives) const;
};

struct Config {
  std::string model = "cnn";
  double alpha = 1.0;
  int image_height = 250, image_width = 250;
  double dropout = 0.4;

  std::string data;    ///< folder; empty: phantoms
  int phantoms = 800;  ///< training phantoms; a quarter as many for validation
  std::optional<double> validation_split;
  Protocol protocol{};
  Interpolation interpolation = Interpolation::nearest;

  std::string weights;        ///< file of the backbone; "none": random; empty for the scratch CNN
  std::string feature_cache;  ///< see make_feature_cache
  int epochs = 10;
  int batch = 32;
  double learning_rate = 1e-3;  ///< of the head, or of the scratch CNN
  Schedule schedule{};
  std::optional<Plateau> plateau;
  std::optional<EarlyStopping> early_stopping;
  Clipping clipping{};
  int accumulate = 1;  ///< batches from which one update is made
  FineTuning fine_tuning{};
  ClassWeights class_weights;
  AugmentationRanges augmentation;
  std::uint64_t seed = 1;

  /// See DeviceOptions.
  std::string device = "cpu", precision = "float32", gemm = "ours", plan = "default";
  int threads = 0;           ///< 0: all CPUs
  int loader_threads = 0;    ///< 0: as many as threads
  bool tensorboard = false;  ///< write an event file too
  /// Minutes after which the state is saved within an epoch as well; 0: at the end of epochs only.
  double checkpoint_every = 10;

  Shape image() const { return {image_height, image_width, 3}; }
  DeviceOptions device_options() const { return {device, threads, precision, gemm, plan}; }
  ModelOptions model_options() const {
    ModelOptions options{.alpha = alpha, .dropout = dropout, .pretrained = weights != "none"};
    if (fine_tuning.drop_connect > 0) options.drop_connect = fine_tuning.drop_connect;
    return options;
  }
  /// Whether `plan` is the path of one.
  bool has_plan_file() const { return plan != "default" && plan != "measured"; }
  /// A run that goes on finds its files from any working directory.
  void make_paths_absolute();
  /// Throws InputError for values that cannot be trained with.
  void validate() const;
};

/// Throws InputError where a new run's frozen layers are to be computed in bfloat16 on the cpu, and it has none.
void require_layers_for_bfloat16(const Config& config);

/// The text of config.toml: every option, with a value that reads back the same.
std::string to_toml(const Config& config);
/// A checksum of the options that decide how a run goes on: not of the number of epochs, of what it is
/// computed on (which decides the last bits), of where data and weights lie or of what is written.
std::string fingerprint(const Config& config);
/// The config.toml of a run, in which every option is. Throws InputError, naming `file`, for a file that
/// cannot be read or holds an unknown or unfit value.
Config read_config(const std::filesystem::path& file);
/// The same from the file's text.
Config parse_config(const std::string& text, const std::filesystem::path& file);
/// `base` with the options that are in `file`, the same kind of file with as few of them as one likes. It
/// is not validated: options of the command line may follow. Throws InputError as read_config.
Config read_options(const std::filesystem::path& file, const Config& base);

}  // namespace nanopneumo
