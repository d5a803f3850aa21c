#include "train/run_facts.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "io/atomic_file.h"
#include "io/file_bytes.h"
#include "io/file_chunks.h"
#include "io/image_write.h"
#include "io/is_there.h"
#include "io/json_text.h"
#include "io/xxh64.h"
#include "train/augmentation_sheet.h"

namespace nanopneumo {
namespace {

constexpr std::uint64_t kMaxJsonBytes = std::uint64_t{1} << 24;

/// Negative, positive.
std::array<std::int64_t, 2> count_classes(const ImageSet& images) {
  const std::int64_t positives = count_positives(images);
  return {images.size() - positives, positives};
}

std::string file_xxh64(const std::string& path) {
  Xxh64 checksum;
  for_each_chunk(path, [&](std::string_view chunk) { checksum.add(chunk); });
  return fmt::format("{:016x}", checksum.sum());
}

RunFacts collect(const Config& config, const TrainingData& data, const Network& network) {
  const ParameterCount count = count_parameters(network.graph());
  const bool has_file = !config.weights.empty() && config.weights != "none";
  return {.version = NANOPNEUMO_VERSION,
          .classes = data.classes,
          .phantoms = data.phantoms,
          .training_source = data.train_source,
          .validation_source = data.validation_source,
          .training = count_classes(data.train),
          .validation = count_classes(data.validation),
          .notes = data.notes,
          .data_fingerprint = data.checksum,
          .weights_checksum = has_file ? file_xxh64(config.weights) : "",
          .parameters = count.total,
          .trained_parameters = count.total - count.non_trainable};
}

}  // namespace

void write_run_facts(const RunFolder& folder, const Config& config, const TrainingData& data,
                     const Network& network) {
  const RunFacts f = collect(config, data, network);
  write_file_atomically(folder.facts(), json_text({{"version", f.version},
                                                   {"classes", f.classes},
                                                   {"phantoms", f.phantoms},
                                                   {"training_source", f.training_source},
                                                   {"validation_source", f.validation_source},
                                                   {"training", f.training},
                                                   {"validation", f.validation},
                                                   {"notes", f.notes},
                                                   {"data_fingerprint", f.data_fingerprint},
                                                   {"weights_checksum", f.weights_checksum},
                                                   {"parameters", f.parameters},
                                                   {"trained_parameters", f.trained_parameters}}));
  if (config.augmentation.enabled())
    write_png(folder.augmentation(),
              augmentation_sheet(network.device(), data.train, config.augmentation, config.seed));
}

std::optional<RunFacts> read_run_facts(const RunFolder& folder) {
  const std::filesystem::path file = folder.facts();
  if (!is_there(file)) return std::nullopt;
  RunFacts f;
  try {
    const auto json = nlohmann::json::parse(read_file_bytes(file, kMaxJsonBytes));
    json.at("version").get_to(f.version);
    json.at("classes").get_to(f.classes);
    json.at("phantoms").get_to(f.phantoms);
    json.at("training_source").get_to(f.training_source);
    json.at("validation_source").get_to(f.validation_source);
    json.at("training").get_to(f.training);
    json.at("validation").get_to(f.validation);
    json.at("notes").get_to(f.notes);
    json.at("data_fingerprint").get_to(f.data_fingerprint);
    json.at("weights_checksum").get_to(f.weights_checksum);
    json.at("parameters").get_to(f.parameters);
    json.at("trained_parameters").get_to(f.trained_parameters);
  } catch (const nlohmann::json::exception&) {
    throw_input_error("{} does not hold the facts of a run; restore it, or remove it", shown(file));
  }
  if (f.classes.size() != 2)
    throw_input_error("{} names {} classes, not two; restore it, or remove it", shown(file),
                      f.classes.size());
  return f;
}

}  // namespace nanopneumo
