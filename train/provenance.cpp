#include "train/provenance.h"

#include <fmt/core.h>
#include <toml++/toml.h>

#include <sstream>
#include <vector>

#include "io/file_bytes.h"
#include "io/file_chunks.h"
#include "io/file_hash.h"
#include "io/is_there.h"
#include "io/printable.h"
#include "io/safetensors_checksum.h"
#include "io/versions.h"
#include "kernels/cpu/cpu_features.h"
#include "kernels/cpu/onednn_version.h"

namespace nanopneumo {
namespace {

std::string file_fnv1a64(const std::filesystem::path& path) {
  Checksum checksum;
  for_each_chunk(path, [&](std::string_view chunk) { checksum.add(chunk); });
  return checksum.hex();
}

toml::table weights_table(const std::string& weights) {
  toml::table table{{"file", std::filesystem::path(weights).filename().string()}};
  if (file_hash_is_known())
    table.insert("sha256", file_hash(weights, Digest::Kind::sha256));
  else
    table.insert("fnv1a64", file_fnv1a64(weights));
  return table;
}

/// Empty where an older version wrote the file, or it is gone.
std::string cpu_of(const std::filesystem::path& file) {
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 20;
  if (!is_there(file)) return "";
  try {
    return toml::parse(read_file_bytes(file, kMostBytes), file.string())["cpu"].value_or(
        std::string());
  } catch (const toml::parse_error& damage) {
    throw_input_error("{} is not valid TOML (line {}); restore it, or remove it", shown(file),
                      damage.source().begin.line);
  }
}

}  // namespace

std::string provenance(const Config& config, const std::string& data_fingerprint) {
  toml::table table{{"nanopneumo", NANOPNEUMO_VERSION},
                    {"compiler", __VERSION__},
                    {"onednn", onednn_version()},
                    {"cpu", cpu::processor_name()},
                    {"threads", resolve_threads(config.threads)},
                    {"hdf5", hdf5_version()},
                    {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100,
                                        FMT_VERSION % 100)},
                    {"seed", static_cast<std::int64_t>(config.seed)},
                    {"data_checksum", data_fingerprint}};
  if (!config.weights.empty() && config.weights != "none")
    table.insert("weights", weights_table(config.weights));
  std::ostringstream out;
  out << "# What this run was made from; its options are in config.toml\n" << table << '\n';
  return out.str();
}

std::vector<std::string> machine_notes(const Config& config, const std::filesystem::path& file) {
  if (config.device != "cpu") return {};
  std::vector<std::string> notes;
  const std::string was = cpu_of(file), is = cpu::processor_name();
  if (!was.empty() && was != is)
    notes.push_back(fmt::format(
        "this run was begun on {} and goes on on {}: what follows differs in its last digits from "
        "what the former would have given",
        printable(was), is));
  if (const int here = resolve_threads(0); config.threads > here)
    notes.push_back(fmt::format(
        "this run has {} threads, on which its last digits depend, and {} CPUs are here: it is "
        "slow, and another number in config.toml would give other digits",
        config.threads, here));
  return notes;
}

}  // namespace nanopneumo
