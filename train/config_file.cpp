// config.toml: the options of a run as text, and back.
#include <toml++/toml.h>

#include <sstream>

#include "io/file_bytes.h"
#include "io/safetensors_checksum.h"
#include "train/config.h"
#include "train/config_callbacks.h"
#include "train/table_reader.h"

namespace nanopneumo {
namespace {

constexpr std::uint64_t kMostConfigBytes = std::uint64_t{1} << 20;

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

toml::table fine_tuning_table(const FineTuning& f) {
  toml::table table{{"layers", f.layers},
                    {"learning_rate", f.learning_rate},
                    {"rate_decay", f.rate_decay},
                    {"head_epochs", f.head_epochs},
                    {"freeze_batch_norm", f.batch_norm == FineTunedBatchNorm::nothing}};
  // Runs before there was such an option go on: without it the table, and so the fingerprint, is as theirs.
  if (f.drop_connect != 0) table.insert("drop_connect", f.drop_connect);
  return table;
}

FineTuning read_fine_tuning(const toml::table& table, const std::string& file) {
  FineTuning f;
  bool freeze_batch_norm = false;
  TableReader reader(table, file);
  reader.read_if_there("layers", f.layers);
  reader.read_if_there("learning_rate", f.learning_rate);
  reader.read_if_there("rate_decay", f.rate_decay);
  reader.read_if_there("head_epochs", f.head_epochs);
  reader.read_if_there("freeze_batch_norm", freeze_batch_norm);
  reader.read_if_there("drop_connect", f.drop_connect);
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
  std::string name = name_of(p.kind);
  TableReader reader(table, file);
  reader.read_if_there("name", name);
  reader.read_if_there("split", p.split);
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
      {"feature_cache", c.feature_cache},
      {"epochs", c.epochs},
      {"batch", c.batch},
      {"learning_rate", c.learning_rate},
      {"class_weight", c.class_weights.str()},
      {"seed", static_cast<std::int64_t>(c.seed)},
      {"device", c.device},
      {"precision", c.precision},
      {"gemm", c.gemm},
      {"plan", c.plan},
      {"threads", c.threads},
      {"loader_threads", c.loader_threads},
      {"checkpoint_every", c.checkpoint_every},
      {"augmentation", augmentation_table(c.augmentation)}};
  if (c.validation_split) table.insert("validation_split", *c.validation_split);
  table.insert("protocol", protocol_table(c.protocol));
  if (c.fine_tuning.wanted()) table.insert("fine_tuning", fine_tuning_table(c.fine_tuning));
  insert_callbacks(table, c);
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
  deciding.feature_cache = standard.feature_cache;
  deciding.tensorboard = standard.tensorboard;
  toml::table table = options_table(deciding);
  for (const char* key : {"precision", "gemm", "plan", "feature_cache", "checkpoint_every"})
    table.erase(key);
  if (!config.protocol.is_honest()) table.erase("protocol");
  const std::string text = toml_text(table);
  Checksum checksum;
  checksum.add(std::string_view(text).substr(text.find('\n')));  // the first line names the version
  return checksum.hex();
}

namespace {

toml::table parse_text(const std::string& text, const std::filesystem::path& file) {
  try {
    return toml::parse(text, file.string());
  } catch (const toml::parse_error& error) {
    throw_input_error("{} is not valid TOML (line {}: {}); restore it or start a new run",
                      file.string(), error.source().begin.line, std::string(error.description()));
  }
}

AugmentationRanges read_augmentation(const toml::table& table, const std::string& file) {
  AugmentationRanges a;
  TableReader ranges(table, file);
  ranges.read("rotation_range", a.rotation_range);
  ranges.read("width_shift_range", a.width_shift_range);
  ranges.read("height_shift_range", a.height_shift_range);
  ranges.read("shear_range", a.shear_range);
  ranges.read("zoom_range", a.zoom_range);
  ranges.read("brightness_range", a.brightness_range);
  ranges.read("horizontal_flip", a.horizontal_flip);
  ranges.read("vertical_flip", a.vertical_flip);
  ranges.finish();
  return a;
}

/// The options of a complete table.
Config read_table(const toml::table& table, const std::string& file) {
  Config c;
  TableReader reader(table, file);
  reader.read("model", c.model);
  reader.read("alpha", c.alpha);
  reader.read("image_height", c.image_height);
  reader.read("image_width", c.image_width);
  reader.read("dropout", c.dropout);
  reader.read("data", c.data);
  reader.read("phantoms", c.phantoms);
  reader.read("validation_split", c.validation_split);
  reader.read("weights", c.weights);
  reader.read_if_there("feature_cache", c.feature_cache);
  reader.read("epochs", c.epochs);
  reader.read("batch", c.batch);
  reader.read("learning_rate", c.learning_rate);
  reader.read("seed", c.seed);
  reader.read("device", c.device);
  reader.read_if_there("precision", c.precision);  // runs before the first GPU's have neither
  reader.read_if_there("gemm", c.gemm);
  reader.read_if_there("plan", c.plan);
  reader.read("threads", c.threads);
  reader.read("loader_threads", c.loader_threads);
  reader.read_if_there("checkpoint_every", c.checkpoint_every);
  std::string interpolation = "nearest", class_weight = "none";
  reader.read("interpolation", interpolation);
  reader.read("class_weight", class_weight);
  if (interpolation != "nearest" && interpolation != "bilinear")
    reader.fail("interpolation", "is neither nearest nor bilinear");
  c.interpolation = interpolation == "nearest" ? Interpolation::nearest : Interpolation::bilinear;
  const toml::table augmentation = reader.sub_table("augmentation");
  if (reader.has("protocol"))  // runs before there were protocols have none
    c.protocol = read_protocol(reader.sub_table("protocol"), file);
  if (reader.has("fine_tuning"))
    c.fine_tuning = read_fine_tuning(reader.sub_table("fine_tuning"), file);
  read_callbacks(reader, file, c);
  reader.finish();
  c.augmentation = read_augmentation(augmentation, file);
  c.class_weights = ClassWeights::parse(class_weight);
  return c;
}

/// Puts the values of `over` into `table`, those of tables within one by one.
void lay_over(toml::table& table, const toml::table& over) {
  for (const auto& [key, value] : over) {
    toml::table* below = table[key].as_table();
    if (below && value.is_table())
      lay_over(*below, *value.as_table());
    else
      table.insert_or_assign(key, value);
  }
}

/// What an InputError does not say yet: which file it is about.
template <class Work>
auto naming(const std::filesystem::path& file, const Work& work) {
  try {
    return work();
  } catch (const InputError& error) {
    const std::string message = error.what();
    if (message.starts_with(file.string())) throw;
    throw_input_error("{}: {}", file.string(), message);
  }
}

}  // namespace

Config parse_config(const std::string& text, const std::filesystem::path& file) {
  return naming(file, [&] {
    Config c = read_table(parse_text(text, file), file.string());
    c.validate();
    return c;
  });
}

Config read_config(const std::filesystem::path& file) {
  return parse_config(read_file_bytes(file, kMostConfigBytes), file);
}

Config read_options(const std::filesystem::path& file, const Config& base) {
  return naming(file, [&] {
    toml::table table = options_table(base);
    lay_over(table, parse_text(read_file_bytes(file, kMostConfigBytes), file));
    return read_table(table, file.string());
  });
}

}  // namespace nanopneumo
