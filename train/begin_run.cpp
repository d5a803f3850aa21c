#include "train/begin_run.h"

#include "io/atomic_file.h"
#include "train/run_facts.h"

namespace nanopneumo {

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

}  // namespace nanopneumo
