#include "tools/inside_subjects.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "io/atomic_file.h"
#include "io/dataset_files.h"
#include "io/file_bytes.h"
#include "tools/progress_bar.h"
#include "train/batches.h"
#include "train/scoring.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

/// `count` of n things, or all, evenly spread.
std::vector<std::size_t> spread(std::size_t n, std::size_t count) {
  std::vector<std::size_t> chosen;
  const std::size_t taken = std::min(n, count);
  for (std::size_t i = 0; i < taken; ++i) chosen.push_back((2 * i + 1) * n / (2 * taken));
  return chosen;
}

ImageSet load(const TrainedRun& run, const std::vector<LabelledFile>& files,
              const InsideOptions& options) {
  ProgressBar reading("reading images", "img");
  ImageSet images = load_images(files, run.config.image_height, run.config.image_width,
                                run.config.interpolation, resolve_threads(options.device.threads),
                                [&](std::int64_t done, std::int64_t total) {
                                  options.check();
                                  reading.update(done, total);
                                });
  reading.clear();
  return images;
}

std::vector<double> score(const TrainedRun& run, const ImageSet& images, const StopCheck& check) {
  ProgressBar scoring("scoring", "img");
  const auto show = [&](std::int64_t done, std::int64_t total) {
    check();
    scoring.update(done, total);
    return true;
  };
  const std::vector<double> logits = score_images(*run.network, images, run.config.batch, show);
  scoring.clear();
  return logits;
}

/// The class that a picture's folder is called after.
std::optional<int> label_of(const fs::path& image, const std::vector<std::string>& classes) {
  std::error_code error;
  const std::string folder = fs::absolute(image, error).parent_path().filename().string();
  const auto found = std::ranges::find(classes, folder);
  if (error || found == classes.end()) return {};
  return static_cast<int>(found - classes.begin());
}

Subjects single_images(const TrainedRun& run, const InsideOptions& options) {
  std::vector<LabelledFile> files;
  Subjects subjects;
  for (const std::string& image : options.images) {
    subjects.labels.push_back(label_of(image, run.header.classes));
    files.push_back({image, subjects.labels.back().value_or(0)});
  }
  subjects.images = load(run, files, options);
  subjects.logits = score(run, subjects.images, options.check);
  return subjects;
}

/// Half of `count` wrong ones, the surest first, and right ones spread over the rest.
std::vector<std::size_t> right_and_wrong(const std::vector<double>& logits,
                                         const std::vector<std::uint8_t>& labels,
                                         std::size_t count) {
  std::vector<std::size_t> right, wrong;
  for (std::size_t i = 0; i < logits.size(); ++i)
    ((logits[i] >= 0) == (labels[i] == 1) ? right : wrong).push_back(i);
  std::ranges::stable_sort(wrong, std::ranges::greater(),
                           [&](std::size_t i) { return std::abs(logits[i]); });
  wrong.resize(std::min(wrong.size(), count / 2));
  for (const std::size_t i : spread(right.size(), count - wrong.size())) wrong.push_back(right[i]);
  return wrong;
}

Subjects of_data(const TrainedRun& run, const InsideOptions& options, Choice choice) {
  std::vector<LabelledFile> files =
      find_evaluation_files(options.data, run.header.classes, options.split, nullptr);
  const auto count = static_cast<std::size_t>(options.count);
  const auto keep = [&](const std::vector<std::size_t>& chosen) {
    std::vector<LabelledFile> kept;
    for (const std::size_t i : chosen) kept.push_back(files[i]);
    files = kept;
  };
  if (choice == Choice::right_and_wrong) {
    const ImageSet all = load(run, files, options);
    keep(right_and_wrong(score(run, all, options.check), all.labels, count));
  } else {
    keep(spread(files.size(), count));
  }
  Subjects subjects;
  for (const LabelledFile& file : files) subjects.labels.emplace_back(file.label);
  subjects.images = load(run, files, options);
  subjects.logits = score(run, subjects.images, options.check);
  return subjects;
}

}  // namespace

void add_inside_options(Command command, InsideOptions& options, const std::string& folder) {
  command.option("RUN", options.run, "Folder of a run").required();
  command.option("IMAGE", options.images, "JPEG, PNG or BMP files");
  command.option("--data", options.data, "Instead of images: a folder laid out as for train");
  command.option("--split", options.split, "train, test or val; default: test, else val, else all")
      .one_of({"train", "test", "val"});
  command.option("--count", options.count, "How many images of --data").between(1, 1'000'000);
  command.option("--phantoms", options.phantoms, "Instead of images: new phantoms; pointing game")
      .between(1, 1'000'000)
      .without_default();
  command.option("--pictures", options.pictures, "Write at most so many pictures")
      .between(0, 1'000'000);
  command.flag("--raw", options.raw, "The maps as .npy files as well");
  command.option("--out", options.out, "Folder for the pictures; default: RUN/" + folder);
  add_run_options(command, options.checkpoint, options.device);
}

fs::path inside_folder(const InsideOptions& options, const std::string& folder) {
  const fs::path path =
      options.out.empty() ? fs::path(options.run) / folder : fs::path(options.out);
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    throw_input_error("{} cannot be created ({}): give a folder that you may write to as --out",
                      shown(path), error.message());
  remove_stale_temporaries(path);  // of a call that a signal ended
  return path;
}

Subjects load_subjects(const TrainedRun& run, const InsideOptions& options, Choice choice) {
  if (options.images.empty() && options.data.empty())
    throw_input_error("there are no pictures to look at; give images, --data or --phantoms");
  if (!options.images.empty() && !options.data.empty())
    throw_input_error("images and --data are two sets of pictures; give the one or the other");
  return options.data.empty() ? single_images(run, options) : of_data(run, options, choice);
}

Tensor<float> network_input(const Network& network, const ImageSet& images, std::int64_t i) {
  Batches batches(network.device(), images, network.architecture().preprocessing);
  return batches.images(std::span(&i, 1));
}

}  // namespace nanopneumo
