#include "tools/reproduce/look_inside.h"

#include <fmt/format.h>

#include <functional>

#include "io/csv.h"
#include "io/file_bytes.h"
#include "io/image_write.h"
#include "io/is_there.h"
#include "io/phantoms.h"
#include "layers/random_streams.h"
#include "tools/looking_inside.h"
#include "tools/reproduce/train_planned.h"
#include "train/predictions.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

constexpr int kPictures = 4;   // a report holds those of all models
constexpr int kOccluded = 12;  // a picture takes some hundred forward passes
constexpr int kPointingPhantoms = 60;

/// The first positive validation image that the run called rightly and was surest of; "" where there is none.
std::string clear_case(const Config& config, const RunFolder& run) {
  const Predictions predictions = read_predictions(run.predictions());
  std::size_t best = predictions.size();
  for (std::size_t i = 0; i < predictions.size(); ++i)
    if (predictions.labels[i] == 1 &&
        (best == predictions.size() || predictions.logits[i] > predictions.logits[best]))
      best = i;
  return best == predictions.size() ? ""
                                    : (fs::path(config.data) / predictions.names[best]).string();
}

/// A phantom as a file, for runs that have no others.
std::string drawn_phantom(const ReproduceFolder& folder, const Config& config) {
  const ImageSet one =
      make_phantoms(2, config.image_height, config.image_width, config.seed, kPhantomTestStream, 1);
  const std::size_t pixels = one.pixels.size() / 2;
  const auto first = one.pixels.begin() + static_cast<std::ptrdiff_t>(one.labels[0] ? 0 : pixels);
  write_png(
      folder.phantom(),
      {one.height, one.width, one.channels, {first, first + static_cast<std::ptrdiff_t>(pixels)}});
  return folder.phantom().string();
}

InsideOptions options_for(const fs::path& run, const Config& config, const StopCheck& check) {
  InsideOptions inside;
  inside.run = run.string();
  inside.device = config.device_options();
  inside.check = check;
  inside.data = config.data;
  inside.count = kPictures;
  inside.pictures = kPictures;
  if (config.data.empty()) inside.phantoms = kPointingPhantoms;
  return inside;
}

/// Runs `work` where `run`/`name` does not hold `last`, the file that it writes last; what an interrupted one
/// left is removed before.
void once(const fs::path& run, const char* name, const char* last,
          const std::function<void()>& work) {
  if (is_there(run / name / last)) return;
  fs::remove_all(run / name);
  fmt::print("{} of {}\n", name, run.filename().string());
  work();
}

}  // namespace

void look_inside(const ReproducePlan& plan, const ReproduceFolder& folder, const StopCheck& check) {
  std::string model;
  for (const PlannedRun& run : plan.runs()) {
    const fs::path path = folder.run(run);
    if (run.config.model == model || !is_complete(run, path)) continue;
    check();
    model = run.config.model;
    const Config config = read_config(RunFolder::open(path).config());
    const InsideOptions inside = options_for(path, config, check);
    once(path, "gradcam", "manifest.json", [&] { run_gradcam({.inside = inside, .layer = {}}); });
    if (!config.data.empty())
      once(path, "occlusion", "occlusion.json", [&] {
        InsideOptions more = inside;
        more.count = kOccluded;
        run_occlusion({.inside = more, .patch = {}, .stride = {}});
      });
    once(path, "featuremaps", "manifest.json", [&] {
      InsideOptions plain;
      plain.run = inside.run;
      plain.device = inside.device;
      plain.check = check;
      const std::string image = config.data.empty() ? drawn_phantom(folder, config)
                                                    : clear_case(config, RunFolder::open(path));
      if (!image.empty()) run_featuremaps({.inside = plain, .image = image, .layers = {}});
    });
  }
}

}  // namespace nanopneumo
