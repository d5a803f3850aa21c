#include "tools/load_data.h"

#include <fmt/format.h>

#include <cstdio>

#include "tensor/device_options.h"
#include "tools/print_note.h"
#include "tools/progress_bar.h"
#include "train/run_folder.h"

namespace nanopneumo {
namespace {

void describe_set(const char* what, const ImageSet& images, const std::string& source,
                  const std::vector<std::string>& classes) {
  const std::int64_t positives = count_positives(images);
  fmt::print("{:<11} {} images from {}: {} {}, {} {}\n", what, images.size(), source,
             images.size() - positives, classes[0], positives, classes[1]);
}

}  // namespace

void check_out(const std::filesystem::path& out, const std::string& data) {
  RunFolder::require_unused(out);
  if (data.empty()) return;
  std::error_code error;  // a path that cannot be followed cannot be made either
  const std::filesystem::path inside =
      std::filesystem::weakly_canonical(out, error)
          .lexically_relative(std::filesystem::weakly_canonical(data, error));
  if (!inside.empty() && *inside.begin() != "..")
    throw_input_error(
        "{} lies in the data, where it would be taken for a class; give another --out",
        out.string());
}

TrainingData load_data(const Config& config, const StopCheck& check) {
  std::fflush(stdout);  // a log shows what is known before the first long wait
  ProgressBar bar(config.data.empty() ? "drawing phantoms" : "reading images", "img");
  TrainingData data = load_training_data(
      config, resolve_threads(config.loader_threads ? config.loader_threads : config.threads),
      [&](std::int64_t done, std::int64_t total) {
        check();
        bar.update(done, total);
      });
  bar.clear();
  describe_set("training", data.train, data.train_source, data.classes);
  describe_set("validation", data.validation, data.validation_source, data.classes);
  fmt::print("positive    {}\n", data.classes[1]);
  for (const std::string& note : data.notes) print_note(note);
  return data;
}

}  // namespace nanopneumo
