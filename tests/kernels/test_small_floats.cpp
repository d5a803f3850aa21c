// bfloat16 and half, against their definition.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "kernels/cuda/bfloat16.h"
#include "kernels/cuda/half.h"
#include "tests/kernels/case_random.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

/// A format by its definition: a sign, `exponent_bits`, `fraction_bits`.
struct Format {
  int exponent_bits, fraction_bits;

  int bias() const { return (1 << (exponent_bits - 1)) - 1; }
  unsigned infinity() const { return ((1u << exponent_bits) - 1) << fraction_bits; }
  bool is_nan(unsigned bits) const { return (bits & 0x7FFF) > infinity(); }

  double value(unsigned bits) const {
    const double sign = bits & 0x8000 ? -1 : 1;
    const int exponent = static_cast<int>((bits & 0x7FFF) >> fraction_bits);
    const unsigned fraction = bits & ((1u << fraction_bits) - 1);
    if (exponent == (1 << exponent_bits) - 1)
      return fraction ? std::nan("") : sign * std::numeric_limits<double>::infinity();
    const double significand = std::ldexp(fraction, -fraction_bits) + (exponent ? 1 : 0);
    return sign * std::ldexp(significand, std::max(exponent, 1) - bias());
  }

  /// Round to nearest, ties to even, by bisection over all finite numbers. Infinity counts as the
  /// number that would follow the largest.
  unsigned nearest(double x) const {
    const unsigned sign = std::signbit(x) ? 0x8000 : 0;
    const double magnitude = std::abs(x);
    const auto number = [&](unsigned bits) {
      return bits == infinity() ? std::ldexp(1, bias() + 1) : value(bits);
    };
    unsigned below = 0, above = infinity();
    if (!(magnitude < number(above))) return sign | above;
    while (above - below > 1) {
      const unsigned middle = (below + above) / 2;
      (number(middle) <= magnitude ? below : above) = middle;
    }
    const double down = magnitude - number(below), up = number(above) - magnitude;
    if (down != up) return sign | (down < up ? below : above);
    return sign | (below % 2 == 0 ? below : above);
  }
};

constexpr Format kBfloat16{8, 7}, kHalf{5, 10};

/// All patterns and all places where rounding changes. `round` and `number` are the functions under
/// test: float -> bits -> float.
template <class Round, class Number>
void check_format(const Format& format, const Round& round, const Number& number) {
  long long wrong = 0, cases = 0;
  const auto expect = [&](float x) {
    ++cases;
    const unsigned expected = format.nearest(x), got = round(x);
    if (got == expected) return;
    if (++wrong < 10) FAIL_CHECK(fmt::format("{:a} becomes {:#x}, not {:#x}", x, got, expected));
  };
  for (unsigned bits = 0; bits <= 0xFFFF; ++bits) {
    const float x = number(bits);
    ++cases;
    if (format.is_nan(bits)) {
      CHECK((std::isnan(x) && format.is_nan(round(x))));
      CHECK((round(x) & 0x8000) == (bits & 0x8000));
      continue;
    }
    CHECK(static_cast<double>(x) == format.value(bits));
    CHECK(round(x) == bits);
    if (std::isinf(x)) continue;
    // The middle between this number and the next, and what lies next to it.
    const double next = format.value((bits & 0x7FFF) + 1 == format.infinity() ? bits : bits + 1);
    const double step = next == x ? x - format.value(bits - 1) : next - x;
    const auto middle = static_cast<float>(x + step / 2);
    expect(middle);
    expect(std::nextafter(middle, std::numeric_limits<float>::infinity()));
    expect(std::nextafter(middle, -std::numeric_limits<float>::infinity()));
  }
  CaseRandom random("small floats", format.fraction_bits);
  for (int i = 0; i < 200000; ++i)
    expect(
        std::bit_cast<float>(static_cast<std::uint32_t>(random.uniform(0, 0x1p32)) & 0xFF7FFFFF));
  expect(std::numeric_limits<float>::max());
  expect(std::numeric_limits<float>::denorm_min());
  expect(-std::numeric_limits<float>::infinity());
  expect(-0.0f);
  // A NaN whose payload lies in the bits that are cut off must not become infinity.
  CHECK(format.is_nan(round(std::bit_cast<float>(0x7F800001u))));
  CHECK(format.is_nan(round(std::bit_cast<float>(0xFFFFFFFFu))));
  CHECK(wrong == 0);
  count_cases(cases);
}

TEST_CASE("bfloat16 is float32 rounded to nearest even") {
  check_format(
      kBfloat16, [](float x) { return unsigned{to_bfloat16(x).bits}; },
      [](unsigned bits) { return to_float(bfloat16{static_cast<std::uint16_t>(bits)}); });
  static_assert(to_bfloat16(1.0f).bits == 0x3F80);
  static_assert(pack(to_bfloat16(1.0f), to_bfloat16(2.0f)) == 0x40003F80u);
}

TEST_CASE("half is float32 rounded to nearest even") {
  check_format(
      kHalf, [](float x) { return unsigned{to_half(x).bits}; },
      [](unsigned bits) { return to_float(half{static_cast<std::uint16_t>(bits)}); });
  static_assert(to_half(65504.0f).bits == 0x7BFF);
}

}  // namespace
}  // namespace nanopneumo::test
