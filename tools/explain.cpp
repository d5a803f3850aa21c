#include "tools/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "inside/manifest.h"
#include "io/file_bytes.h"
#include "io/image_write.h"
#include "io/npy.h"
#include "tools/progress_bar.h"
#include "train/scoring.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCalled = "called";

/// The chosen side; none where it is to be the one that the network calls.
std::optional<ClassSide> side_called(const std::string& name,
                                     const std::vector<std::string>& classes) {
  if (name == kCalled) return {};
  if (name == classes[0]) return ClassSide::negative;
  if (name == classes[1]) return ClassSide::positive;
  throw_input_error("the run knows no class {}; give {}, {} or {}", shown(name), shown(classes[0]),
                    shown(classes[1]), kCalled);
}

Image picture_of(const ImageSet& images, std::int64_t i) {
  const std::span<const std::uint8_t> pixels = images.image(i);
  return {images.height, images.width, images.channels, {pixels.begin(), pixels.end()}};
}

/// Writes pictures and keeps account of them.
class Album {
 public:
  Album(const TrainedRun& run, const InsideOptions& options, const Method& method)
      : method_(method),
        raw_(options.raw),
        most_(static_cast<std::size_t>(options.pictures)),
        folder_(inside_folder(options, method.folder)) {
    remove_pictures_of(folder_ / "manifest.json");
    manifest_.method = method.folder;
    manifest_.model = run.config.model;
    manifest_.classes = run.header.classes;
    manifest_.trained_on_phantoms = run.header.phantoms;
  }

  void add(const ImageSet& images, std::int64_t i, const HeatMap& map, ManifestEntry entry,
           const Marks& marks = {}) {
    if (manifest_.pictures.size() >= most_) return;
    entry.image = images.names[static_cast<std::size_t>(i)];
    entry.layer = method_.layer;
    const std::string stem = fmt::format("{:03}-{}", manifest_.pictures.size() + 1,
                                         fs::path(entry.image).stem().string());
    entry.file = stem + ".png";
    write_png(folder_ / entry.file, figure(picture_of(images, i), map, method_.shown, marks));
    if (raw_) write_npy(folder_ / (stem + ".npy"), {map.height, map.width}, map.values);
    manifest_.pictures.push_back(std::move(entry));
  }

  void finish(const std::optional<PointingResult>& pointing = {}) {
    manifest_.pointing = pointing;
    write_manifest(folder_ / "manifest.json", manifest_);
    const std::size_t count = manifest_.pictures.size();
    fmt::print("{} picture{} and manifest.json written to {}\n", count, count == 1 ? "" : "s",
               shown(folder_));
  }

  std::optional<int> explained(ClassSide side) const {
    if (!method_.speaks_for_a_class) return {};
    return side == ClassSide::positive ? 1 : 0;
  }

 private:
  const Method& method_;
  bool raw_;
  std::size_t most_;
  fs::path folder_;
  Manifest manifest_;
};

void explain_subjects(const TrainedRun& run, const InsideOptions& options, const Method& method,
                      const std::optional<ClassSide>& wanted) {
  const Subjects subjects = load_subjects(run, options, method.choice);
  Album album(run, options, method);
  ProgressBar bar(method.name, "img");
  for (std::int64_t i = 0; i < subjects.images.size(); ++i) {
    options.check();
    const auto n = static_cast<std::size_t>(i);
    const double logit = subjects.logits[n];
    const ClassSide side = wanted.value_or(logit >= 0 ? ClassSide::positive : ClassSide::negative);
    album.add(subjects.images, i, method.map_of(subjects.images, i, side),
              {.label = subjects.labels[n],
               .probability = probability(logit),
               .explains = album.explained(side)});
    bar.update(i + 1, subjects.images.size());
  }
  bar.clear();
  album.finish();
}

void explain_phantoms(const TrainedRun& run, const InsideOptions& options, const Method& method) {
  if (!options.images.empty() || !options.data.empty())
    throw_input_error("--phantoms draws its own pictures; leave images and --data away");
  const PointingPhantoms phantoms = pointing_phantoms(options.phantoms, run.config.image_height,
                                                      run.config.image_width, run.config.seed);
  const std::vector<double> logits =
      score_images(*run.network, phantoms.pictures, run.config.batch, [&](auto, auto) {
        options.check();
        return true;
      });
  Album album(run, options, method);
  ProgressBar bar(method.name, "img");
  const PointingResult result = play_pointing_game(phantoms, [&](std::int64_t i) {
    options.check();
    const auto n = static_cast<std::size_t>(i);
    HeatMap map = method.map_of(phantoms.pictures, i, ClassSide::positive);
    album.add(phantoms.pictures, i, map,
              {.label = 1,
               .probability = probability(logits[n]),
               .explains = album.explained(ClassSide::positive)},
              {phantoms.opacities[n], true});
    bar.update(i + 1, options.phantoms);
    return map;
  });
  bar.clear();
  const auto found = std::ranges::count_if(logits, [](double logit) { return logit >= 0; });
  fmt::print("{}Of these phantoms the run calls {} {}.\n", describe(result, method.name), found,
             shown(run.header.classes[1]));
  album.finish(result);
}

}  // namespace

void add_class_option(Command command, std::string& name) {
  name = kCalled;
  command.option("--class", name, "The class that the map speaks for; called: as the run calls it");
}

void explain(const TrainedRun& run, const InsideOptions& options, const Method& method,
             const std::string& class_name) {
  const std::optional<ClassSide> side = side_called(class_name, run.header.classes);
  if (options.phantoms > 0)
    explain_phantoms(run, options, method);
  else
    explain_subjects(run, options, method, side);
}

}  // namespace nanopneumo
