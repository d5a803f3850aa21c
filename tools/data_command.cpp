// nanopneumo data info DIR, nanopneumo data phantoms DIR
#include <fmt/format.h>

#include <filesystem>
#include <limits>
#include <memory>
#include <optional>

#include "io/dataset_files.h"
#include "io/phantoms.h"
#include "tools/commands.h"
#include "tools/options.h"
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
  const auto part = [&](const char* name, const std::vector<LabelledFile>& list,
                        const std::string& source) {
    ProgressBar bar("reading images", "img");
    const DataInfo info =
        inspect_images(list, resolve_threads(o.threads),
                       [&](std::int64_t done, std::int64_t total) { bar.update(done, total); });
    bar.clear();
    fmt::print("{}", format_data_info(name, source, files.classes, info));
  };
  part("training", files.train, files.train_source);
  part("validation", files.validation, files.validation_source);
  for (const std::string& note : files.notes) fmt::print("note: {}\n", note);
}

struct PhantomOptions {
  std::string folder, size = "250";
  std::int64_t count = 1000;
  std::uint64_t seed = 1;
  int threads = 0;
};

void draw_phantoms(const PhantomOptions& o) {
  const ImageSize size = parse_image_size(o.size, "--size");
  ProgressBar bar("drawing phantoms", "img");
  write_phantoms(o.folder, o.count, size.height, size.width, o.seed, resolve_threads(o.threads),
                 [&](std::int64_t done, std::int64_t total) { bar.update(done, total); });
  bar.clear();
  fmt::print(
      "{} phantoms (synthetic pictures, no X-rays) are in {}\nnext: build/nanopneumo train cnn "
      "--data {}\n",
      o.count, o.folder, o.folder);
}

}  // namespace

void add_data_command(Command app) {
  const Command data = app.command("data", "Look at a data set, or draw a synthetic one");

  const auto info = std::make_shared<InfoOptions>();
  const Command info_command =
      data.command("info", "Count, decode and check every image of a data set");
  info_command.option("DIR", info->folder, "Folder, laid out as for train").required();
  info_command.option("--val-split", info->validation_split,
                      "Fraction taken for validation where there is no test/ [0.2]");
  info_command.option("--threads", info->threads, "CPU threads; 0: all").between(0, 1024);
  info_command.action([info] { print_info(*info); });

  const auto phantoms = std::make_shared<PhantomOptions>();
  const Command phantom_command =
      data.command("phantoms", "Write synthetic chest X-rays of two classes as PNG files");
  phantom_command.option("DIR", phantoms->folder, "A new or empty folder").required();
  phantom_command.option("--count", phantoms->count, "Number of pictures").between(10, 1000000);
  phantom_command.option("--size", phantoms->size, "Pixels a side, or HEIGHTxWIDTH");
  phantom_command.option("--seed", phantoms->seed, "Decides what is drawn")
      .between(0, std::numeric_limits<std::int64_t>::max());
  phantom_command.option("--threads", phantoms->threads, "CPU threads; 0: all").between(0, 1024);
  phantom_command.action([phantoms] { draw_phantoms(*phantoms); });
}

}  // namespace nanopneumo
