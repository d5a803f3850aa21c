#include "train/provenance.h"

#include <fmt/core.h>
#include <toml++/toml.h>

#include <sstream>
#include <vector>

#include "io/file_hash.h"
#include "io/input_file.h"
#include "io/safetensors_checksum.h"
#include "io/versions.h"
#include "kernels/cpu/onednn_version.h"

namespace nanopneumo {
namespace {

std::string file_checksum(const std::filesystem::path& path) {
  const InputFile file(path);
  Checksum checksum;
  std::vector<char> chunk(1 << 20);
  while (const std::size_t got = file.read(chunk)) checksum.add({chunk.data(), got});
  return checksum.hex();
}

toml::table weights_table(const std::string& weights) {
  toml::table table{{"file", std::filesystem::path(weights).filename().string()}};
  if (file_hash_is_known())
    table.insert("sha256", file_hash(weights, Digest::Kind::sha256));
  else
    table.insert("fnv1a64", file_checksum(weights));
  return table;
}

}  // namespace

std::string provenance(const Config& config, const std::string& data_fingerprint) {
  toml::table table{{"nanopneumo", NANOPNEUMO_VERSION},
                    {"compiler", __VERSION__},
                    {"onednn", onednn_version()},
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

}  // namespace nanopneumo
