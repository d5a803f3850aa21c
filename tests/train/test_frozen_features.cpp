// Features that are computed once: the same as those computed each time.
#include <doctest/doctest.h>

#include <numeric>

#include "io/phantoms.h"
#include "kernels/cpu/cpu_features.h"
#include "layers/random_streams.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/formula_network.h"
#include "tests/support/golden_json.h"
#include "train/feature_key.h"
#include "train/scoring.h"
#include "train/unfreeze.h"

namespace nanopneumo::test {
namespace {

constexpr int kImages = 11;

/// A small network, whose formula weights let a picture through, and phantoms for it.
struct Small {
  explicit Small(const char* model = "mobilenet", int side = 46, int threads = 1)
      : device(make_cpu_device(threads)),
        images(make_phantoms(kImages, side, side, 5, kPhantomStream, 1)),
        network(find_architecture(model), {side, side, 3},
                {.alpha = model == std::string_view("mobilenet") ? 0.25 : 1}, *device, 1) {
    assign_formula(network.graph(), network.parameters());
    network.frozen_parameters_changed();
  }
  FrozenFeatures features(std::int64_t most_bytes = FrozenFeatures::kMostBytes) const {
    return FrozenFeatures(network, images, most_bytes);
  }
  /// Rows of `which` computed now.
  std::vector<float> computed(const std::vector<std::int64_t>& which) const {
    Batches batches(*device, images, network.architecture().preprocessing);
    return network.frozen_output(batches.images(which, network.channels_of(images.is_gray())))
        .to_host();
  }

  std::unique_ptr<Device> device;
  ImageSet images;
  Network network;
};

std::vector<std::int64_t> all_images() {
  std::vector<std::int64_t> all(kImages);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

const WorkProgress kGoOn = [](std::int64_t, std::int64_t) { return true; };

TEST_CASE("kept rows are those of the images, in any order") {
  const Small small;
  FrozenFeatures features = small.features();
  CHECK(features.keeps());
  CHECK_FALSE(features.complete());
  CHECK(features.bytes() == kImages * 256 * 4);
  CHECK(features.compute_all(4, kGoOn));
  CHECK(features.complete());
  for (const std::vector<std::int64_t>& which :
       {std::vector<std::int64_t>{0, 1, 2, 3}, {10, 2}, {7}, {5, 5}, all_images()}) {
    CHECK(features.rows(which).to_host() == small.computed(which));
    count_cases();
  }
  CHECK(features.rows(all_images()).shape() == Shape{kImages, 256});
  count_cases();
}

TEST_CASE("features of another build are others") {
  const Small small;
  const std::string key = feature_key(small.network, small.images, "");
  CHECK(key.find(cpu::compiled_for()) != std::string::npos);
  CHECK(cpu::compiled_for().find("FMA") != std::string::npos);
  count_cases(2);
}

/// The same pictures as RGB.
ImageSet in_colour(const ImageSet& gray) {
  ImageSet images = gray;
  images.channels = 3;
  images.pixels.clear();
  for (const std::uint8_t level : gray.pixels) images.pixels.insert(images.pixels.end(), 3, level);
  return images;
}

TEST_CASE("rows of gray pictures are those of the same pictures in colour") {
  for (const char* model : {"mobilenet", "densenet121", "efficientnetb4", "inceptionv3", "resnet50",
                            "vgg16", "xception"}) {
    const Small small(model, 75, 2);
    const ImageSet coloured = in_colour(small.images);
    FrozenFeatures gray = small.features();
    FrozenFeatures colour(small.network, coloured, FrozenFeatures::kMostBytes);
    CHECK(small.network.channels_of(true) < 3);
    CHECK(small.network.channels_of(false) == 3);
    CHECK(max_relative_difference(gray.rows(all_images()).to_host(),
                                  colour.rows(all_images()).to_host()) <= 2e-5);
    count_cases();
  }
}

TEST_CASE("a network has a plan for gray pictures only where it reads fewer channels of them") {
  const auto has_one_plan = [](Device& device, const char* model) {
    const Network network(find_architecture(model), {46, 46, 3}, {}, device, 1);
    CHECK(network.channels_of(true) == 3);
    return &network.frozen_part(true) == &network.frozen_part(false);
  };
  const auto in_float32 = make_cpu_device(1);
  CHECK(has_one_plan(*in_float32, "cnn"));
  count_cases();
  const Small small;
  CHECK(&small.network.frozen_part(true) != &small.network.frozen_part(false));
  CHECK(&small.network.frozen_part(true) == &small.network.frozen_part(true));
  count_cases();
  if (!cpu::multiplies_bfloat16()) return skip_cases(1, "this CPU does not multiply bfloat16");
  const auto in_bfloat16 = make_cpu_device(1, Precision::bf16);
  CHECK(has_one_plan(*in_bfloat16, "mobilenet"));
  count_cases();
}

// What keeping rests on: neither the company of an image nor its place changes a bit of its row.
TEST_CASE("a row does not depend on the batch it was computed in") {
  for (const char* model : {"mobilenet", "densenet121", "efficientnetb4", "inceptionv3", "resnet50",
                            "vgg16", "xception"})
    for (const int threads : {1, 2}) {
      const Small small(model, 75, threads);
      const auto row = [&](const std::vector<std::int64_t>& which, std::size_t place) {
        const std::vector<float> rows = small.computed(which);
        const auto size = static_cast<std::ptrdiff_t>(rows.size() / which.size());
        const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(place) * size;
        return std::vector<float>(begin, begin + size);
      };
      INFO(model, " on ", threads);
      const std::vector<float> first = row({6, 1, 2, 3}, 0);
      CHECK(row({9, 8, 7, 6}, 3) == first);
      CHECK(row({0, 6, 6, 4}, 1) == first);
      CHECK(row({1, 0, 6, 2}, 2) == first);
      count_cases(3);
    }
}

TEST_CASE("rows are forgotten when the frozen part changes") {
  Small small;
  FrozenFeatures features = small.features();
  CHECK(features.compute_all(kImages, kGoOn));
  Config config;
  config.fine_tuning = {.layers = "10", .learning_rate = 1e-3};
  unfreeze(small.network, config);
  CHECK(features.keeps());
  CHECK_FALSE(features.complete());
  CHECK(features.rows(all_images()).to_host() == small.computed(all_images()));
  CHECK(features.complete());
  CHECK(features.bytes() == static_cast<std::int64_t>(small.computed(all_images()).size()) * 4);
  config.fine_tuning.layers = "all";
  unfreeze(small.network, config);
  CHECK_FALSE(features.keeps());  // nothing is frozen: pictures are kept as bytes already
  CHECK(features.rows(std::vector<std::int64_t>{3}).to_host() == small.computed({3}));
  count_cases(4);
}

TEST_CASE("what would take more than the limit is not kept, and comes out the same") {
  const Small small;
  FrozenFeatures none = small.features(small.features().bytes() - 1);
  CHECK_FALSE(none.keeps());
  CHECK(none.compute_all(4, [](std::int64_t, std::int64_t) -> bool { throw 1; }));
  CHECK(none.rows(all_images()).to_host() == small.computed(all_images()));
  CHECK_FALSE(none.complete());
  FrozenFeatures all = small.features(small.features().bytes());
  CHECK(all.keeps());
  CHECK(score_images(none, 4) == score_images(all, 4));
  CHECK(all.complete());
  CHECK(score_images(all, 4) == score_images(small.network, small.images, 4));
  count_cases(4);
}

TEST_CASE("computing stops when it is told to") {
  const Small small;
  FrozenFeatures features = small.features();
  std::vector<std::int64_t> told;
  CHECK_FALSE(features.compute_all(4, [&](std::int64_t done, std::int64_t total) {
    CHECK(total == kImages);
    told.push_back(done);
    return done < 8;
  }));
  CHECK(told == std::vector<std::int64_t>{4, 8});
  CHECK_FALSE(features.complete());
  CHECK(features.compute_all(4, kGoOn));
  count_cases();
}

TEST_CASE("rows on disk are found by whoever would compute the same, and by nobody else") {
  const TemporaryFolder folder;
  std::vector<std::string> notes;
  const auto use = [&](FrozenFeatures& features, const std::string& computed_on) {
    features.use(FeatureCache(folder.path()), computed_on,
                 [&](const std::string& note) { notes.push_back(note); });
  };
  const Small small;
  FrozenFeatures first = small.features();
  use(first, "one thread");
  CHECK(first.compute_all(4, kGoOn));
  const Small again;
  FrozenFeatures same = again.features();
  use(same, "one thread");
  CHECK(same.complete());
  CHECK(same.rows(all_images()).to_host() == small.computed(all_images()));

  FrozenFeatures elsewhere = again.features();
  use(elsewhere, "two threads");
  CHECK_FALSE(elsewhere.complete());
  Small other_pixels;
  other_pixels.images.pixels[100] ^= 1;
  FrozenFeatures of_other_pixels = other_pixels.features();
  use(of_other_pixels, "one thread");
  CHECK_FALSE(of_other_pixels.complete());
  Small other_weights;
  const Tensor<float>& kernel = other_weights.network.parameters().all()[0].variable.value;
  std::vector<float> values = kernel.to_host();
  values[7] += 1;
  kernel.copy_from_host(values);
  other_weights.network.frozen_parameters_changed();
  FrozenFeatures of_other_weights = other_weights.features();
  use(of_other_weights, "one thread");
  CHECK_FALSE(of_other_weights.complete());
  CHECK(notes.empty());
  count_cases(5);
}

}  // namespace
}  // namespace nanopneumo::test
