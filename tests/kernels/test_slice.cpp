#include <doctest/doctest.h>

#include <array>

#include "tests/kernels/conformance.h"
#include "tests/kernels/gradient_check.h"
#include "tests/kernels/shapes.h"

namespace nanopneumo::test {
namespace {

/// First all of the channels, one channel of one, parts at each end and in the middle of DenseNet's
/// and Inception's widths, 16-byte steps and none; then random ones.
SliceDims slice_dims(int index, CaseRandom& random) {
  constexpr std::array kAwkward = {
      SliceDims{1, 1, 1, 0},     SliceDims{5, 1, 7, 3},      SliceDims{9, 16, 16, 0},
      SliceDims{49, 32, 96, 64}, SliceDims{49, 64, 96, 0},   SliceDims{7, 12, 36, 4},
      SliceDims{7, 12, 36, 6},   SliceDims{7, 12, 38, 4},    SliceDims{7, 13, 36, 4},
      SliceDims{3, 33, 35, 2},   SliceDims{2, 130, 700, 5},  SliceDims{4001, 8, 24, 8},
      SliceDims{20011, 1, 2, 1}, SliceDims{1, 4, 1028, 1024}};
  if (index / 4 < static_cast<int>(kAwkward.size()))
    return kAwkward[static_cast<std::size_t>(index / 4)];
  const int C = random.integer(1, 80), before = random.integer(0, 40),
            after = random.integer(0, 40);
  return {random.integer(1, 300), C, before + C + after, before};
}

std::string str(const SliceDims& d) {
  return fmt::format("rows {} C {} of {} from {}", d.rows, d.C, d.C_whole, d.offset);
}

// The channels beside the slice hold values before the call and must hold the same ones after it.
TEST_CASE("write_slice agrees with the reference") {
  conformance("write_slice", kCases, [](Case& c) {
    const SliceDims d = slice_dims(c.index, c.random);
    const auto part = c.values(d.part_size()), before = c.values(d.whole_size());
    c.check(str(d), [&](auto& call) {
      call.ops().write_slice(call.stream(), d, call.in(part), call.in_out("whole", before, kExact));
    });
  });
}

TEST_CASE("read_slice agrees with the reference") {
  conformance("read_slice", kCases, [](Case& c) {
    const SliceDims d = slice_dims(c.index, c.random);
    const auto whole = c.values(d.whole_size());
    c.check(str(d), [&](auto& call) {
      call.ops().read_slice(call.stream(), d, call.in(whole),
                            call.out("part", d.part_size(), kExact));
    });
  });
}

TEST_CASE("Gradient of a concatenation") {
  const Kernels<double>& ops = reference_kernels();
  Stream& stream = reference_device().stream();
  GradientCheck check("read_slice");
  for (int index = 0; index < kGradientCases; ++index) {
    CaseRandom random("slice gradient", index);
    const int first = random.integer(1, 4), second = random.integer(1, 4);
    const SliceDims a{random.integer(1, 5), first, first + second, 0};
    const SliceDims b{a.rows, second, first + second, first};
    const Values xa = random_doubles(random, a.part_size());
    const Values xb = random_doubles(random, b.part_size());
    const Values dy = random_doubles(random, a.whole_size());
    const auto loss = [&](const Values& at_a, const Values& at_b) {
      Values y(dy.size());
      ops.write_slice(stream, a, at_a.data(), y.data());
      ops.write_slice(stream, b, at_b.data(), y.data());
      return inner_product(y, dy);
    };
    Values da(xa.size()), db(xb.size());
    ops.read_slice(stream, a, dy.data(), da.data());
    ops.read_slice(stream, b, dy.data(), db.data());
    check.compare(str(a), da, xa, [&](const Values& at) { return loss(at, xb); });
    check.compare(str(b), db, xb, [&](const Values& at) { return loss(xa, at); });
  }
}

}  // namespace
}  // namespace nanopneumo::test
