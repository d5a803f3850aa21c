// Pictures that other commands left in the runs' folders.
//
// A section appears where a run's folder holds the folder that a PictureSection names, with PNG
// files in it. manifest.json beside them, which gradcam, saliency, occlusion and featuremaps write,
// tells what they show; without it a picture's caption is made from its name. docs/report.md
// describes both to users.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "io/file_bytes.h"
#include "io/image.h"
#include "io/is_there.h"
#include "tensor/errors.h"
#include "tools/report/evaluation.h"
#include "tools/report/figures.h"
#include "tools/report/html.h"
#include "tools/report/json_view.h"
#include "tools/report/sections.h"

namespace nanopneumo::report {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxPictureBytes = 16u << 20;
constexpr std::size_t kMaxPictures = 24;

struct PictureSection {
  const char* folder;  ///< within a run's
  const char* title;
  const char* caption;
};

constexpr PictureSection kFeatureMaps{
    "featuremaps", "Feature maps (Fig. 2)",
    "What several convolutional layers make of one X-ray: edges first, then textures, at last "
    "places that no one can name any more."};
constexpr PictureSection kGradcam{
    "gradcam", "Where the networks look (Grad-CAM)",
    "The warmer a place, the more it speaks for the class (Selvaraju et al. 2017). Pictures that "
    "were judged wrongly belong beside those that were judged rightly. A warm lung is no proof "
    "that the network sees what a radiologist sees."};
constexpr PictureSection kSaliency{
    "saliency", "Which pixels matter (saliency)",
    "The brighter a pixel, the more the score changes with it (Simonyan et al. 2014)."};
constexpr PictureSection kOcclusion{"occlusion", "What happens without the lungs (occlusion)",
                                    "Scores with parts of the picture covered. A network that "
                                    "stays sure with the lungs covered has "
                                    "learned something else than pneumonia."};

std::vector<fs::path> pictures_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().extension() == ".png") found.push_back(entry->path());
  std::ranges::sort(found);
  return found;
}

/// "person12_virus_45.jpeg: is PNEUMONIA, called NORMAL (0.31), wrong; layer conv5_block3_out".
std::string caption_from(const Json& picture) {
  const auto text = [&](const char* key) {
    const auto found = picture.find(key);
    return found != picture.end() && found->is_string() ? found->get<std::string>() : "";
  };
  std::string caption = fs::path(text("image")).filename().string();
  if (!text("label").empty()) caption += ": is " + text("label");
  if (!text("called").empty()) {
    caption += fmt::format("{} called {}", text("label").empty() ? ":" : ",", text("called"));
    if (const auto p = picture.find("probability"); p != picture.end() && p->is_number())
      caption += fmt::format(" ({:.2f})", p->get<double>());
  }
  if (const auto right = picture.find("right"); right != picture.end() && right->is_boolean())
    caption += right->get<bool>() ? ", right" : ", wrong";
  if (!text("layer").empty()) caption += "; layer " + text("layer");
  return caption;
}

/// Captions by file name.
std::map<std::string, std::string> captions_in(const Json& manifest, const fs::path& file) {
  std::map<std::string, std::string> captions;
  try {
    if (manifest.contains("pictures"))
      for (const Json& picture : manifest.at("pictures"))
        captions[picture.at("file").get<std::string>()] = caption_from(picture);
  } catch (const Json::exception&) {
    throw_input_error("{} does not say what its pictures show; make them again, or remove it",
                      shown(file));
  }
  return captions;
}

/// An optional JSON file beside the pictures.
Json json_beside(const fs::path& file) {
  return is_there(file) ? read_json_object(file) : Json::object();
}

/// "gradcam/wrong_person12-virus.png" reads "wrong person12-virus".
std::string caption_from(const fs::path& file) {
  std::string text = file.stem().string();
  std::ranges::replace(text, '_', ' ');
  return text;
}

/// Throws InputError where the file is no picture.
std::string picture(const fs::path& file, const std::string& caption, const std::string& run) {
  const std::string bytes = read_file_bytes(file, kMaxPictureBytes);
  const Image image = decode_image(bytes, file);
  if (!bytes.starts_with("\x89PNG"))
    throw_input_error("{} is no PNG file, whatever its name says; remove it", shown(file));
  return fmt::format(
      "<figure class=\"picture\"><img src=\"{}\" width=\"{}\" height=\"{}\" alt=\"{}, {}\">"
      "<figcaption>{}</figcaption></figure>\n",
      data_uri("image/png", bytes), image.width, image.height, escape(run), escape(caption),
      escape(caption));
}

/// What a manifest says about the pointing game.
std::vector<std::string> pointing_row(const std::string& run, const Json& game,
                                      const fs::path& manifest) {
  try {
    const auto hits = game.at("hits").get<std::int64_t>();
    const auto n = game.at("phantoms").get<std::int64_t>();
    if (hits < 0 || n < 1 || hits > n)
      throw_input_error("{}: {} hits among {} pictures cannot be; make it again", shown(manifest),
                        hits, n);
    const auto share = static_cast<double>(hits) / static_cast<double>(n);
    return {run,
            whole(hits),
            whole(n),
            share_cell({share, wilson_interval(hits, n)}),
            percent(game.at("random_place").get<double>()),
            percent(game.at("best_fixed_place").get<double>())};
  } catch (const Json::exception&) {
    throw_input_error("{} does not say how the pointing game went; make it again, or remove it",
                      shown(manifest));
  }
}

std::optional<Section> picture_section(const Report& report, const PictureSection& what) {
  std::string body;
  HtmlTable game("Pointing game: how often the warmest place lies in an opacity",
                 {"Run", "Hits", "Pictures", "Share", "At random", "Best fixed place"});
  bool has_game = false;
  for (const RunGroup& group : report.groups)
    for (const RunRecord& run : group.runs) {
      const fs::path folder = run.folder / what.folder;
      const std::vector<fs::path> files = pictures_in(folder);
      if (files.empty()) continue;
      const fs::path manifest_file = folder / "manifest.json";
      const Json manifest = json_beside(manifest_file);
      const auto captions = captions_in(manifest, manifest_file);
      std::vector<std::string> panels;
      for (std::size_t i = 0; i < std::min(files.size(), kMaxPictures); ++i) {
        const auto named = captions.find(files[i].filename().string());
        panels.push_back(picture(files[i],
                                 named == captions.end() ? caption_from(files[i]) : named->second,
                                 name_of_run(group, run)));
      }
      body += fmt::format("<h3>{}</h3>\n", escape(name_of_run(group, run))) +
              figure(panels, fmt::format("{}: {} pictures.", escape(name_of_run(group, run)),
                                         panels.size()));
      if (files.size() > kMaxPictures)
        body += note(fmt::format("The first {} of {} pictures in {}.", kMaxPictures, files.size(),
                                 escape(what.folder)));
      if (manifest.contains("pointing_game")) {
        has_game = true;
        game.add(pointing_row(escape(name_of_run(group, run)), manifest["pointing_game"],
                              manifest_file));
      }
      const Json audit = json_beside(folder / fmt::format("{}.json", what.folder));
      if (!audit.empty()) body += json_tables("What covering did, over all pictures", audit);
    }
  if (body.empty()) return std::nullopt;
  return Section{
      what.folder, what.title,
      fmt::format("<p>{}</p>\n", escape(what.caption)) + (has_game ? game.html() : "") + body};
}

}  // namespace

std::optional<Section> feature_maps_section(const Report& r) {
  return picture_section(r, kFeatureMaps);
}
std::optional<Section> gradcam_section(const Report& r) { return picture_section(r, kGradcam); }
std::optional<Section> saliency_section(const Report& r) { return picture_section(r, kSaliency); }
std::optional<Section> occlusion_section(const Report& r) { return picture_section(r, kOcclusion); }

/// Of the first run that augments: others of the same data and ranges see the same.
std::optional<Section> augmentation_section(const Report& report) {
  for (const RunGroup& group : report.groups) {
    const RunRecord& run = group.first();
    const fs::path file = RunFolder::open(run.folder).augmentation();
    if (!is_there(file)) continue;
    const std::string caption =
        "in the first row images as they are, below each how the first epochs saw it";
    return Section{"augmentation", "Augmentation",
                   figure({picture(file, caption, name_of_run(group, run))},
                          "Training images are transformed at random each time they are seen; "
                          "validation images are not.")};
  }
  return std::nullopt;
}

}  // namespace nanopneumo::report
