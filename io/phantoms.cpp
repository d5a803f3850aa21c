#include "io/phantoms.h"

#include <algorithm>
#include <string>
#include <system_error>

#include "io/atomic_file.h"
#include "io/file_bytes.h"
#include "io/image_write.h"
#include "io/is_there.h"
#include "io/phantom_anatomy.h"
#include "io/phantom_drawing.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMinWritten = 10;  // both classes on both sides
constexpr std::string_view kReadmeName = "PHANTOMS.txt";
constexpr std::string_view kReadme =
    "The pictures in this folder are synthetic. They were drawn by nanopneumo's phantom generator "
    "to\n"
    "try the program; they show no patient, and no result on them says anything about patients.\n"
    "PNEUMONIA phantoms differ from NORMAL ones by one to three soft opacities in the lungs.\n";

struct Phantom {
  Anatomy anatomy;
  std::vector<BodyOpacity> opacities;
};

Phantom draw(int height, int width, int label, PhantomRandom& random) {
  if (height < kMinPhantomSide || width < kMinPhantomSide)
    throw_shape_error("a phantom of {} x {} is smaller than {} a side", height, width,
                      kMinPhantomSide);
  if (label != 0 && label != 1) throw_shape_error("a phantom has label 0 or 1, not {}", label);
  Phantom result{draw_anatomy(random), {}};
  if (label == 1) result.opacities = draw_opacities(result.anatomy, random);
  return result;
}

std::string phantom_name(std::int64_t i) { return fmt::format("phantom-{:06}", i); }

int phantom_label(std::int64_t i) { return static_cast<int>(i % 2); }

void create_folders(const fs::path& folder) {
  for (const std::string part : {"train", "test"})
    for (const std::string_view name : kPhantomClasses) {
      std::error_code error;
      fs::create_directories(folder / part / name, error);
      if (error)
        throw_input_error("{} cannot be created ({}): choose a folder that you may write to",
                          shown(folder / part / name), error.message());
    }
}

void check_target(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(folder, error))) return;
  const bool empty = fs::is_directory(folder, error) && fs::is_empty(folder, error);
  if (!empty || error)
    throw_input_error("{} is not an empty folder, and nothing in it is overwritten: name a new one",
                      shown(folder));
}

/// What write_phantoms has put into its folder; it goes away again unless it is kept.
class NewFiles {
 public:
  NewFiles(fs::path folder, bool new_folder) : folder_(std::move(folder)), new_(new_folder) {}
  NewFiles(const NewFiles&) = delete;
  NewFiles& operator=(const NewFiles&) = delete;
  ~NewFiles() {
    if (kept_) return;
    std::error_code ignored;
    for (const std::string_view name :
         {std::string_view("train"), std::string_view("test"), kReadmeName})
      fs::remove_all(folder_ / name, ignored);
    if (new_) fs::remove(folder_, ignored);
  }

  void keep() { kept_ = true; }

 private:
  fs::path folder_;
  bool new_, kept_ = false;
};

}  // namespace

Image phantom(int height, int width, int label, std::uint64_t seed, std::uint64_t index) {
  PhantomRandom random(seed, index);
  const Phantom drawn = draw(height, width, label, random);
  return draw_phantom(height, width, drawn.anatomy, drawn.opacities, random);
}

std::vector<Opacity> phantom_opacities(int height, int width, int label, std::uint64_t seed,
                                       std::uint64_t index) {
  PhantomRandom random(seed, index);
  const Phantom drawn = draw(height, width, label, random);
  std::vector<Opacity> result;
  for (const BodyOpacity& opacity : drawn.opacities) {
    const Place centre = body_to_picture(drawn.anatomy, {opacity.u, opacity.v});
    const double scale = drawn.anatomy.scale;
    result.push_back({centre.v * height - 0.5, (centre.u + 1) * 0.5 * width - 0.5,
                      scale * opacity.radius_v * height, scale * opacity.radius_u * 0.5 * width,
                      opacity.strength});
  }
  return result;
}

ImageSet make_phantoms(std::int64_t count, int height, int width, std::uint64_t seed,
                       std::uint32_t stream, int threads, const LoadProgress& progress) {
  ImageSet set{height, width, 1, {}, {}, {}};
  set.pixels.resize(static_cast<std::size_t>(count * set.image_bytes()));
  for (std::int64_t i = 0; i < count; ++i) {
    set.labels.push_back(static_cast<std::uint8_t>(phantom_label(i)));
    set.names.push_back(phantom_name(i));
  }
  for_each_index(
      count, threads,
      [&](std::int64_t i) {
        const std::uint64_t index = std::uint64_t{stream} << 32 | static_cast<std::uint64_t>(i);
        const Image image = phantom(height, width, phantom_label(i), seed, index);
        std::ranges::copy(image.pixels, set.pixels.begin() + i * set.image_bytes());
      },
      progress);
  return set;
}

void write_phantoms(const fs::path& folder, std::int64_t count, int height, int width,
                    std::uint64_t seed, int threads, const LoadProgress& progress) {
  if (count < kMinWritten || count > 1'000'000)
    throw_input_error("{} phantoms cannot be made: choose from {} to 1000000", count, kMinWritten);
  if (std::min(height, width) < kMinPhantomSide || std::max(height, width) > kMaxImageSide)
    throw_input_error("phantoms of {} x {} cannot be made: choose sides from {} to {}", width,
                      height, kMinPhantomSide, kMaxImageSide);
  check_target(folder);
  NewFiles files(folder, /*new_folder=*/!is_there(folder));
  create_folders(folder);
  write_file_atomically(folder / kReadmeName, kReadme);
  const std::int64_t train = count - count / 5;
  for_each_index(
      count, threads,
      [&](std::int64_t i) {
        const int label = phantom_label(i);
        write_png(folder / (i < train ? "train" : "test") / kPhantomClasses[label] /
                      (phantom_name(i) + ".png"),
                  phantom(height, width, label, seed, static_cast<std::uint64_t>(i)));
      },
      progress);
  files.keep();
}

}  // namespace nanopneumo
