#include "train/config.h"

#include <toml++/toml.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <utility>

#include "io/file_bytes.h"
#include "io/safetensors_checksum.h"
#include "train/table_reader.h"

namespace nanopneumo {
namespace {

toml::array pair_array(const std::array<double, 2>& pair) { return toml::array{pair[0], pair[1]}; }

toml::table augmentation_table(const AugmentationRanges& a) {
  toml::table table{{"rotation_range", a.rotation_range},
                    {"width_shift_range", a.width_shift_range},
                    {"height_shift_range", a.height_shift_range},
                    {"shear_range", a.shear_range},
                    {"zoom_range", pair_array(a.zoom_range)},
                    {"horizontal_flip", a.horizontal_flip},
                    {"vertical_flip", a.vertical_flip}};
  if (a.brightness_range) table.insert("brightness_range", pair_array(*a.brightness_range));
  return table;
}

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
          "--fine-tune-learning-rate, --rate-decay, --head-epochs and --freeze-batch-norm go with "
          "--fine-tune; give --fine-tune too, or leave them away");
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
}

}  // namespace

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
  if (validation_split)
    require(*validation_split > 0 && *validation_split < 1, "--val-split", *validation_split,
            "between 0 and 1");
  // TOML's whole numbers are signed: a larger seed could not be read back from config.toml.
  require(std::in_range<std::int64_t>(seed), "--seed", static_cast<double>(seed),
          "from 0 to 9223372036854775807");
  if (validation_split && data.empty())
    throw_input_error(
        "--val-split splits the images of --data, which is not given; give it, or leave "
        "--val-split "
        "away: phantoms are drawn for both parts");
  protocol.validate(!data.empty(), validation_split);
  validate_fine_tuning(*this);
  augmentation.validate();
  for (const std::string* path : {&data, &weights})
    if (!is_utf8(*path))
      throw_input_error("the path {} is no UTF-8 text, so config.toml cannot keep it; rename it",
                        shown(*path));
  device_options().validate();
}

namespace {

toml::table fine_tuning_table(const FineTuning& f) {
  return toml::table{{"layers", f.layers},
                     {"learning_rate", f.learning_rate},
                     {"rate_decay", f.rate_decay},
                     {"head_epochs", f.head_epochs},
                     {"freeze_batch_norm", f.batch_norm == FineTunedBatchNorm::nothing}};
}

FineTuning read_fine_tuning(const toml::table& table, const std::string& file) {
  FineTuning f;
  bool freeze_batch_norm = false;
  TableReader reader(table, file);
  reader.read("layers", f.layers);
  reader.read("learning_rate", f.learning_rate);
  reader.read("rate_decay", f.rate_decay);
  reader.read("head_epochs", f.head_epochs);
  reader.read("freeze_batch_norm", freeze_batch_norm);
  reader.finish();
  if (freeze_batch_norm) f.batch_norm = FineTunedBatchNorm::nothing;
  return f;
}

toml::table protocol_table(const Protocol& p) {
  toml::table table{{"name", name_of(p.kind)}, {"split", p.split}};
  if (!p.is_honest()) return table;
  table.insert("split_seed", static_cast<std::int64_t>(p.split_seed));
  table.insert("folds", p.folds);
  table.insert("fold", p.fold);
  return table;
}

Protocol read_protocol(const toml::table& table, const std::string& file) {
  Protocol p;
  std::string name;
  TableReader reader(table, file);
  reader.read("name", name);
  reader.read("split", p.split);
  reader.read_if_there("split_seed", p.split_seed);
  reader.read_if_there("folds", p.folds);
  reader.read_if_there("fold", p.fold);
  reader.finish();
  if (name != "paper" && name != "honest") reader.fail("name", "is neither paper nor honest");
  p.kind = parse_protocol(name);
  return p;
}

toml::table options_table(const Config& c) {
  toml::table table{
      {"model", c.model},
      {"alpha", c.alpha},
      {"image_height", c.image_height},
      {"image_width", c.image_width},
      {"dropout", c.dropout},
      {"data", c.data},
      {"phantoms", c.phantoms},
      {"interpolation", c.interpolation == Interpolation::nearest ? "nearest" : "bilinear"},
      {"weights", c.weights},
      {"epochs", c.epochs},
      {"batch", c.batch},
      {"learning_rate", c.learning_rate},
      {"class_weight", c.class_weights.str()},
      {"seed", static_cast<std::int64_t>(c.seed)},
      {"device", c.device},
      {"precision", c.precision},
      {"gemm", c.gemm},
      {"threads", c.threads},
      {"loader_threads", c.loader_threads},
      {"augmentation", augmentation_table(c.augmentation)}};
  if (c.validation_split) table.insert("validation_split", *c.validation_split);
  table.insert("protocol", protocol_table(c.protocol));
  if (c.fine_tuning.wanted()) table.insert("fine_tuning", fine_tuning_table(c.fine_tuning));
  return table;
}

std::string toml_text(const toml::table& table) {
  std::ostringstream out;
  out << "# nanopneumo " NANOPNEUMO_VERSION ": the resolved options of this run\n" << table << '\n';
  return out.str();
}

}  // namespace

std::string to_toml(const Config& config) { return toml_text(options_table(config)); }

std::string fingerprint(const Config& config) {
  const Config standard;
  Config deciding = config;
  deciding.epochs = standard.epochs;
  deciding.device = standard.device;
  deciding.threads = standard.threads;
  deciding.loader_threads = standard.loader_threads;
  deciding.data = standard.data;
  deciding.weights = standard.weights;
  toml::table table = options_table(deciding);
  for (const char* key : {"precision", "gemm"}) table.erase(key);
  if (!config.protocol.is_honest()) table.erase("protocol");
  const std::string text = toml_text(table);
  Checksum checksum;
  checksum.add(std::string_view(text).substr(text.find('\n')));  // the first line names the version
  return checksum.hex();
}

Config read_config(const std::filesystem::path& file) {
  toml::table table;
  std::ifstream in(file);
  if (!in) throw_input_error("{} cannot be read; give the folder of a run", file.string());
  try {
    table = toml::parse(in, file.string());
  } catch (const toml::parse_error& error) {
    throw_input_error("{} is not valid TOML (line {}: {}); restore it or start a new run",
                      file.string(), error.source().begin.line, std::string(error.description()));
  }
  Config c;
  TableReader reader(table, file.string());
  reader.read("model", c.model);
  reader.read("alpha", c.alpha);
  reader.read("image_height", c.image_height);
  reader.read("image_width", c.image_width);
  reader.read("dropout", c.dropout);
  reader.read("data", c.data);
  reader.read("phantoms", c.phantoms);
  reader.read("validation_split", c.validation_split);
  reader.read("weights", c.weights);
  reader.read("epochs", c.epochs);
  reader.read("batch", c.batch);
  reader.read("learning_rate", c.learning_rate);
  reader.read("seed", c.seed);
  reader.read("device", c.device);
  reader.read_if_there("precision", c.precision);  // runs before the first GPU's have neither
  reader.read_if_there("gemm", c.gemm);
  reader.read("threads", c.threads);
  reader.read("loader_threads", c.loader_threads);
  std::string interpolation = "nearest", class_weight = "none";
  reader.read("interpolation", interpolation);
  reader.read("class_weight", class_weight);
  if (interpolation != "nearest" && interpolation != "bilinear")
    reader.fail("interpolation", "is neither nearest nor bilinear");
  c.interpolation = interpolation == "nearest" ? Interpolation::nearest : Interpolation::bilinear;
  const toml::table augmentation = reader.sub_table("augmentation");
  if (reader.has("protocol"))  // runs before there were protocols have none
    c.protocol = read_protocol(reader.sub_table("protocol"), file.string());
  if (reader.has("fine_tuning"))
    c.fine_tuning = read_fine_tuning(reader.sub_table("fine_tuning"), file.string());
  reader.finish();

  AugmentationRanges& a = c.augmentation;
  TableReader ranges(augmentation, file.string());
  ranges.read("rotation_range", a.rotation_range);
  ranges.read("width_shift_range", a.width_shift_range);
  ranges.read("height_shift_range", a.height_shift_range);
  ranges.read("shear_range", a.shear_range);
  ranges.read("zoom_range", a.zoom_range);
  ranges.read("brightness_range", a.brightness_range);
  ranges.read("horizontal_flip", a.horizontal_flip);
  ranges.read("vertical_flip", a.vertical_flip);
  ranges.finish();
  try {
    c.class_weights = ClassWeights::parse(class_weight);
    c.validate();
  } catch (const InputError& error) {
    throw_input_error("{}: {}", file.string(), error.what());
  }
  return c;
}

}  // namespace nanopneumo
