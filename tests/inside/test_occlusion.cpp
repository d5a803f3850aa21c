// Occlusion against its definition.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "inside/occlusion_audit.h"
#include "io/phantoms.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/formula_network.h"
#include "tests/support/shape_error.h"
#include "train/scoring.h"

namespace nanopneumo::test {
namespace {

constexpr int kSide = 46;

struct SmallCnn {
  explicit SmallCnn(std::unique_ptr<Device> d)
      : device(std::move(d)), network(find_architecture("cnn"), {kSide, kSide, 3}, {}, *device, 1) {
    assign_formula(network.graph(), network.parameters());
  }

  /// The probability for one picture, in which the pixels `hidden` have the picture's mean level.
  template <class Hidden>
  double logit(const ImageSet& pictures, std::int64_t i, const Hidden& hidden) const {
    const std::span<const std::uint8_t> pixels = pictures.image(i);
    double sum = 0;
    for (const std::uint8_t level : pixels) sum += level;
    const double mean = std::round(sum / static_cast<double>(pixels.size()));
    std::vector<float> x;
    for (std::size_t p = 0; p < pixels.size(); ++p) {
      const int row = static_cast<int>(p) / kSide, column = static_cast<int>(p) % kSide;
      const double level = hidden(row, column) ? mean : pixels[p];
      x.insert(x.end(), 3, static_cast<float>(level / 255));
    }
    return network.logits(Tensor<float>::from_host(*device, {1, kSide, kSide, 3}, x))[0];
  }

  std::unique_ptr<Device> device;
  Network network;
};

const ImageSet& two_phantoms() {
  static const ImageSet phantoms = make_phantoms(2, kSide, kSide, 1, 0, 1);
  return phantoms;
}

}  // namespace

TEST_CASE("patches reach every pixel of a side") {
  CHECK(patch_starts(10, {4, 2}) == std::vector<int>{0, 2, 4, 6});
  CHECK(patch_starts(10, {4, 4}) == std::vector<int>{0, 4, 6});
  CHECK(patch_starts(10, {10, 5}) == std::vector<int>{0});
  for (const Patches& unfit : {Patches{4, 5}, {4, 0}, {11, 2}})
    CHECK(says(shape_error_of([&] { patch_starts(10, unfit); }), "do not cover"));
}

TEST_CASE("an occlusion map is the mean drop of the patches over each pixel") {
  const SmallCnn cnn(make_cpu_device(1));
  const Patches patches{14, 9};
  const HeatMap map = occlusion_map(
      cnn.network, two_phantoms(), 1, patches, [](double z) { return z; }, 5);
  REQUIRE(map.values.size() == std::size_t{kSide * kSide});
  const double clear = cnn.logit(two_phantoms(), 1, [](int, int) { return false; });
  for (const auto& [row, column] : {std::pair{0, 0}, {20, 20}, {13, 33}, {45, 45}}) {
    double sum = 0;
    int times = 0;
    for (const int top : {0, 9, 18, 27, 32})
      for (const int left : {0, 9, 18, 27, 32}) {
        const auto in_patch = [&](int r, int c) {
          return r >= top && r < top + 14 && c >= left && c < left + 14;
        };
        if (!in_patch(row, column)) continue;
        sum += clear - cnn.logit(two_phantoms(), 1, in_patch);
        ++times;
      }
    CHECK(map.at(row, column) == doctest::Approx(sum / times).epsilon(1e-4));
    count_cases();
  }
}

TEST_CASE("an occlusion map on the emulated GPU is that of the CPU") {
  const auto map_on = [](std::unique_ptr<Device> device) {
    const SmallCnn cnn(std::move(device));
    return occlusion_map(cnn.network, two_phantoms(), 1, {23, 23}, probability, 4).values;
  };
  const std::vector<float> cpu = map_on(make_cpu_device(1)), gpu = map_on(make_emulated_device(2));
  for (std::size_t i = 0; i < cpu.size(); ++i) CHECK(std::abs(cpu[i] - gpu[i]) <= 1e-5F);
}

TEST_CASE("the regions of the audit") {
  const Regions r = regions(80, 40);
  const auto area = [](const Cover& cover) {
    int sum = 0;
    for (const Box& box : cover) sum += box.height * box.width;
    return sum;
  };
  CHECK(area(r.centre) == 60 * 30);
  CHECK(area(r.border) == 80 * 40 - 60 * 30);
  CHECK(area(r.corners) == 4 * 16 * 8);
  HeatMap flat{80, 40, std::vector<float>(80 * 40, -2.0F)};
  CHECK(share_in_border(flat) == doctest::Approx(1 - 1800.0 / 3200));
  flat.values.assign(flat.values.size(), 0.0F);
  CHECK(share_in_border(flat) == 0);
  flat.values[0] = 1;
  CHECK(share_in_border(flat) == 1);
}

TEST_CASE("an audit of a picture covers what it says") {
  const SmallCnn cnn(make_cpu_device(1));
  const AuditedPicture found = audit_picture(cnn.network, two_phantoms(), 1, 4);
  const auto frame = [](int at) { return at < 6 || at >= 40; };
  const auto near_corner = [](int at) { return at < 9 || at >= 37; };
  const auto expect = [&](double value, const auto& hidden) {
    CHECK(value == doctest::Approx(probability(cnn.logit(two_phantoms(), 1, hidden))));
  };
  expect(found.probability, [](int, int) { return false; });
  expect(found.without_border, [&](int r, int c) { return frame(r) || frame(c); });
  expect(found.without_centre, [&](int r, int c) { return !frame(r) && !frame(c); });
  expect(found.without_corners, [&](int r, int c) { return near_corner(r) && near_corner(c); });
}

TEST_CASE("an audit counts and writes what became of the pictures") {
  const auto picture = [](int label, double p, double border, double corners, double centre) {
    return AuditedPicture{.name = "a",
                          .label = label,
                          .probability = p,
                          .without_border = border,
                          .without_corners = corners,
                          .without_centre = centre,
                          .share_in_border = p};
  };
  const OcclusionAudit audit =
      summarise({picture(1, 0.9, 0.4, 0.9, 0.1), picture(0, 0.7, 0.6, 0.2, 0.7)}, 100, 100);
  CHECK(audit.right == 1);
  CHECK(audit.border.right == 0);
  CHECK(audit.border.changed == 1);
  CHECK(audit.border.mean_change == doctest::Approx(0.3));
  CHECK(audit.corners.right == 2);
  CHECK(audit.centre.changed == 1);
  CHECK(audit.mean_share_in_border == doctest::Approx(0.8));
  CHECK(says(shape_error_of([] { summarise({}, 10, 10); }), "needs pictures"));

  const TemporaryFolder folder;
  write_audit(folder.path() / "occlusion.json", audit, {12, 6});
  std::ifstream in(folder.path() / "occlusion.json");
  const nlohmann::json json = nlohmann::json::parse(in);
  CHECK(json.at("patch") == 12);
  CHECK(json.at("border_covered").at("labels_changed") == 1);
  CHECK(json.at("images").size() == 2);
}

}  // namespace nanopneumo::test
