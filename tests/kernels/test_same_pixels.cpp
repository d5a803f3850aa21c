// What must be the same to the bit on every device: the pixels of an augmented image and which elements
// dropout keeps. A run then sees the same training data on each.
#include <doctest/doctest.h>

#include <cmath>

#include "tests/kernels/conformance.h"
#include "tests/kernels/shapes.h"

namespace nanopneumo::test {
namespace {

constexpr int kSameCases = 40;

/// Fails unless `body` leaves the same bytes on every device as on the CPU; body(call, random) draws its
/// operands.
template <class Body>
void check_same_bytes(const std::string& operation, const Body& body) {
  Tally tally{.operation = operation + ", the bits of the CPU's"};
  const auto result = [&](Device& device, int index) {
    CaseRandom random(operation + " bits", index);
    return run_on(device, index % 2, [&](auto& call) { body(call, random); });
  };
  const std::unique_ptr<Device> cpu = make_cpu_device(1);
  for (const DeviceUnderTest& entry : devices_under_test()) {
    const std::unique_ptr<Device> device = entry.make();
    for (int index = 0; index < kSameCases; ++index) {
      ++tally.cases;
      if (!same_bytes(result(*cpu, index), result(*device, index)))
        report_failure(tally, entry.label, fmt::format("case {}", index), " other bits");
    }
  }
  print(tally);
}

ImageTransform any_transform(CaseRandom& random) {
  return {.theta = random.uniform(-20, 20),
          .tx = random.uniform(-3, 3),
          .ty = random.uniform(-3, 3),
          .shear = random.uniform(-10, 10),
          .zx = random.uniform(0.8, 1.2),
          .zy = random.uniform(0.8, 1.2),
          .flip_horizontal = random.coin(),
          .flip_vertical = random.coin(),
          .has_brightness = random.coin(),
          .brightness = random.uniform(0.8, 1.2)};
}

constexpr Preprocessing kTorch{.divisor = 255,
                               .mean = {0.485, 0.456, 0.406},
                               .deviation = {0.229, 0.224, 0.225},
                               .reverse_channels = true};

Preprocessing any_preprocessing(CaseRandom& random) {
  Preprocessing p = random.coin() ? kTorch : kTfPreprocessing;
  p.channels = random.integer(1, 3);
  return p;
}

ImageDims any_image(CaseRandom& random) {
  return {random.integer(1, 3), random.integer(1, 40), random.integer(1, 40),
          random.coin() ? 1 : 3};
}

TEST_CASE("augmented pixels have the same bits on every device") {
  check_same_bytes("augment_image", [](auto& call, CaseRandom& random) {
    const ImageDims d = any_image(random);
    std::vector<ImageTransform> transforms;
    for (int n = 0; n < d.N; ++n)
      transforms.push_back(random.integer(0, 3) ? any_transform(random) : ImageTransform{});
    const std::vector<std::uint8_t> x = random.bytes(d.size());
    const Preprocessing p = any_preprocessing(random);
    call.ops().augment_image(call.stream(), d, p, transforms.data(), call.in_bytes(x),
                             call.out("y", std::int64_t{d.N} * d.H * d.W * p.channels, kExact));
  });
}

TEST_CASE("normalised pixels have the same bits on every device") {
  check_same_bytes("normalize_image", [](auto& call, CaseRandom& random) {
    const ImageDims d = any_image(random);
    const std::vector<std::uint8_t> x = random.bytes(d.size());
    const Preprocessing p = any_preprocessing(random);
    call.ops().normalize_image(call.stream(), d, p, call.in_bytes(x),
                               call.out("y", std::int64_t{d.N} * d.H * d.W * p.channels, kExact));
  });
}

TEST_CASE("dropout has the same bits on every device") {
  check_same_bytes("dropout", [](auto& call, CaseRandom& random) {
    const std::int64_t n = random.integer(1, 3000);
    const double rate = random.uniform(0, 0.9);
    const RandomKey key = random.key();
    call.ops().dropout(call.stream(), n, rate, key, call.in(random.values(n)),
                       call.out("y", n, kExact));
  });
}

}  // namespace
}  // namespace nanopneumo::test
