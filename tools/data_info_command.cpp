// nanopneumo data info DIR
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/dataset_files.h"
#include "tensor/errors.h"
#include "tools/data_commands.h"
#include "tools/options.h"
#include "tools/print_note.h"
#include "tools/progress_bar.h"
#include "train/data_info.h"

namespace nanopneumo {
namespace {

struct InfoOptions {
  std::string folder;
  std::optional<double> validation_split;
  int threads = 0;
};

/// Class folders without a train/ around them have no part for validation: a fifth then.
std::optional<double> split_of(const InfoOptions& o) {
  std::error_code error;
  if (o.validation_split || std::filesystem::is_directory(o.folder + "/train", error))
    return o.validation_split;
  return 0.2;
}

void print_info(const InfoOptions& o) {
  const DatasetFiles files = find_dataset(o.folder, split_of(o));
  fmt::print("classes     {} (negative), {} (positive)\n", files.classes[0], files.classes[1]);
  std::vector<std::string> broken;
  const auto part = [&](const char* name, const std::vector<LabelledFile>& list,
                        const std::string& source) {
    ProgressBar bar("reading images", "img");
    const DataInfo info =
        inspect_images(list, resolve_threads(o.threads),
                       [&](std::int64_t done, std::int64_t total) { bar.update(done, total); });
    bar.clear();
    fmt::print("{}", format_data_info(name, source, files.classes, info));
    broken.insert(broken.end(), info.broken.begin(), info.broken.end());
  };
  part("training", files.train, files.train_source);
  part("validation", files.validation, files.validation_source);
  for (const std::string& note : files.notes) print_note(note);
  if (broken.size() == 1) throw InputError(broken[0]);
  if (!broken.empty())
    throw_input_error("{} of {} pictures cannot be read; replace or remove them; the first: {}",
                      broken.size(), files.train.size() + files.validation.size(), broken[0]);
}

}  // namespace

void add_data_info_command(Command data) {
  const auto info = std::make_shared<InfoOptions>();
  const Command command = data.command("info", "Count, decode and check every image of a data set");
  command.option("DIR", info->folder, "Folder, laid out as for train").required();
  command.option("--val-split", info->validation_split,
                 "Fraction taken for validation where there is no test/ [0.2]");
  command.option("--threads", info->threads, "CPU threads; 0: all").between(0, 1024);
  command.action([info] { print_info(*info); });
}

}  // namespace nanopneumo
