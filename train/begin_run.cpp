#include "train/begin_run.h"

#include "io/atomic_file.h"
#include "io/file_bytes.h"
#include "io/is_there.h"
#include "train/run_facts.h"

namespace nanopneumo {
namespace {

bool has_run_facts(const RunFolder& folder) {
  try {
    return read_run_facts(folder).has_value();
  } catch (const InputError&) {
    return false;
  }
}

}  // namespace

RunFolder begin_run(const std::filesystem::path& path, Config& config, const TrainingData& data,
                    const Network& network) {
  config.protocol.split = data.split.hash();
  config.threads = resolve_threads(config.threads);
  RunFolder folder = path.empty() ? RunFolder::create_unused(config.model, config)
                                  : RunFolder::create(path, config);
  if (!config.data.empty()) write_file_atomically(folder.split(), data.split.csv);
  write_run_facts(folder, config, data, network);
  return folder;
}

std::vector<std::string> mend_run(const RunFolder& folder, const Config& config,
                                  const TrainingData& data, const Network& network) {
  std::vector<std::string> notes;
  const auto mend = [&](const std::filesystem::path& file, const auto& write) {
    try {
      write();
      notes.push_back(fmt::format("{} was lost or damaged and is written anew", shown(file)));
    } catch (const InputError& refused) {
      notes.push_back(fmt::format("{} is lost or damaged: {}", shown(file), refused.what()));
    }
  };
  if (!config.data.empty() && !is_there(folder.split()))
    mend(folder.split(), [&] { write_file_atomically(folder.split(), data.split.csv); });
  if (!has_run_facts(folder))
    mend(folder.facts(), [&] { write_run_facts(folder, config, data, network); });
  return notes;
}

}  // namespace nanopneumo
