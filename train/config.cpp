#include "train/config.h"

#include <cmath>
#include <sstream>
#include <utility>

#include "io/file_bytes.h"

namespace nanopneumo {
namespace {

void require(bool condition, const char* option, double value, const char* range) {
  if (!condition)
    throw_input_error("{} = {} is not possible; give a value {}", option, value, range);
}

}  // namespace

ClassWeights ClassWeights::parse(const std::string& text) {
  if (text == "none") return {};
  if (text == "balanced") return {.kind = Kind::balanced};
  ClassWeights weights{.kind = Kind::given};
  std::istringstream in(text);
  char comma = 0;
  if (!(in >> weights.given[0] >> comma >> weights.given[1]) || comma != ',' ||
      in.peek() != std::char_traits<char>::eof())
    throw_input_error(
        "--class-weight {} is not possible; give none, balanced or two numbers such as "
        "1.94,0.67",
        text);
  for (const double weight : weights.given)
    require(weight >= 1e-6 && weight <= 1e6, "--class-weight", weight, "from 1e-6 to 1e6");
  return weights;
}

std::string ClassWeights::str() const {
  switch (kind) {
    case Kind::none:
      return "none";
    case Kind::balanced:
      return "balanced";
    case Kind::given:
      break;
  }
  return fmt::format("{},{}", given[0], given[1]);
}

std::array<double, 2> ClassWeights::resolve(std::int64_t negatives, std::int64_t positives) const {
  if (kind != Kind::balanced) return given;
  const double half = static_cast<double>(negatives + positives) / 2;
  return {half / static_cast<double>(negatives), half / static_cast<double>(positives)};
}

namespace {

void validate_fine_tuning(const Config& c) {
  const FineTuning& f = c.fine_tuning;
  if (!f.wanted()) {
    if (f != FineTuning{})
      throw_input_error(
          "--fine-tune-learning-rate, --rate-decay, --head-epochs, --freeze-batch-norm and "
          "--drop-connect go with --fine-tune; give --fine-tune too, or leave them away");
    return;
  }
  const Architecture& architecture = find_architecture(c.model);
  if (!architecture.is_backbone)
    throw_input_error("{} has no pretrained backbone to fine-tune; leave --fine-tune away",
                      architecture.title);
  if (!is_utf8(f.layers))
    throw_input_error("--fine-tune {} is no name of a layer; give one that has letters only",
                      shown(f.layers));
  require(f.learning_rate > 0 && std::isfinite(f.learning_rate), "--fine-tune-learning-rate",
          f.learning_rate, "above 0, and finite");
  require(f.rate_decay > 0 && f.rate_decay <= 1, "--rate-decay", f.rate_decay,
          "above 0, at most 1");
  require(f.head_epochs >= 0 && f.head_epochs < c.epochs, "--head-epochs", f.head_epochs,
          "from 0 up to, but not, that of --epochs");
  require(f.drop_connect >= 0 && f.drop_connect < 1, "--drop-connect", f.drop_connect,
          "from 0 up to, but not, 1");
}

void validate_callbacks(const Config& c) {
  require(c.accumulate >= 1 && c.accumulate <= 100000, "--accumulate", c.accumulate,
          "from 1 to 100000");
  c.schedule.validate();
  c.clipping.validate();
  if (c.early_stopping) c.early_stopping->validate();
  if (!c.plateau) return;
  c.plateau->validate();
  if (c.schedule.kind != Schedule::Kind::constant)
    throw_input_error(
        "--plateau and --schedule {} would both set the learning rate (Keras refuses that, too); "
        "leave one of them away",
        c.schedule.name());
}

}  // namespace

void Config::make_paths_absolute() {
  for (std::string* path : {&data, &weights, &feature_cache})
    if (!path->empty() && *path != "none") *path = std::filesystem::absolute(*path).string();
  if (has_plan_file()) plan = std::filesystem::absolute(plan).string();
}

void Config::validate() const {
  find_architecture(model);
  require(image_height >= 1 && image_width >= 1, "--image-size",
          std::min(image_height, image_width), "of at least 1 pixel a side");
  require(epochs >= 1 && epochs <= 100000, "--epochs", epochs, "from 1 to 100000");
  require(batch >= 1 && batch <= 4096, "--batch", batch, "from 1 to 4096");
  require(learning_rate > 0 && std::isfinite(learning_rate), "--learning-rate", learning_rate,
          "above 0, and finite");
  require(dropout >= 0 && dropout < 1, "--dropout", dropout, "from 0 up to, but not, 1");
  require(phantoms >= 8 && phantoms <= 1000000, "--phantoms", phantoms, "from 8 to 1000000");
  require(threads >= 0 && threads <= 1024, "--threads", threads, "from 0 (all) to 1024");
  require(loader_threads >= 0 && loader_threads <= 1024, "--loader-threads", loader_threads,
          "from 0 (as --threads) to 1024");
  require(checkpoint_every >= 0 && checkpoint_every <= 1e6, "--checkpoint-every", checkpoint_every,
          "from 0 (at the end of epochs only) to 1e6 minutes");
  if (validation_split)
    require(*validation_split > 0 && *validation_split < 1, "--val-split", *validation_split,
            "between 0 and 1");
  // TOML's whole numbers are signed: a larger seed could not be read back from config.toml.
  require(std::in_range<std::int64_t>(seed), "--seed", static_cast<double>(seed),
          "from 0 to 9223372036854775807");
  if (validation_split && data.empty())
    throw_input_error(
        "--val-split splits the images of --data, which is not given; give it, or leave "
        "--val-split away: phantoms are drawn for both parts");
  protocol.validate(!data.empty(), validation_split);
  validate_fine_tuning(*this);
  validate_callbacks(*this);
  augmentation.validate(image_height, image_width);
  for (const std::string* path : {&data, &weights, &feature_cache, &plan})
    if (!is_utf8(*path))
      throw_input_error("the path {} is no UTF-8 text, so config.toml cannot keep it; rename it",
                        shown(*path));
  device_options().validate();
}

void require_layers_for_bfloat16(const Config& config) {
  if (config.device != "cpu" || config.precision != "bf16") return;
  const FineTuning& tuning = config.fine_tuning;
  const bool trains_all = tuning.begins_at_once() && tuning.layers == "all";
  if (!find_architecture(config.model).is_backbone || trains_all)
    throw_input_error(
        "--precision bf16 is for frozen layers on the cpu, and nothing of this {} is frozen: it "
        "would all be computed in float32; leave --precision away",
        config.model);
}

}  // namespace nanopneumo
