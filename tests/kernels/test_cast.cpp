#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "kernels/cuda/cast.h"
#include "tests/kernels/case_random.h"
#include "tests/kernels/emulated_launch.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

using emulated::CastDims;

/// Memory from an aligned address or one float behind it, exactly as large as asked for.
class Buffer {
 public:
  Buffer(std::size_t floats, int skew) : memory_(floats + 8 + 1), skew_(skew) {
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.data());
    first_ = memory_.data() + (16 - address % 16) % 16 / 4 + skew;
    end_ = first_ + floats;
    *end_ = kGuard;
  }
  float* data() { return first_; }
  bool intact() const { return *end_ == kGuard && (skew_ == 0 || first_[-1] == 0); }

 private:
  static constexpr float kGuard = 12345;
  std::vector<float> memory_;
  int skew_;
  float *first_, *end_;
};

void check(Stream& stream, const CastDims& d, int skew, CaseRandom& random) {
  const auto size = static_cast<std::size_t>(d.groups) * d.rows * d.columns;
  const auto padded = static_cast<std::size_t>(d.padded_size());
  const std::vector<float> values = random.values(static_cast<std::int64_t>(size));
  Buffer x(size, skew), back(size, skew), y(padded / 2, 0);
  std::copy(values.begin(), values.end(), x.data());
  auto* words = reinterpret_cast<bfloat16*>(y.data());
  emulated::cast_to_bfloat16(stream, d, x.data(), words);
  emulated::cast_to_float32(stream, d, words, back.data());
  long long wrong = 0;
  const auto word = [&](std::size_t i) {
    bfloat16 value;
    std::memcpy(&value, reinterpret_cast<const char*>(y.data()) + 2 * i, 2);
    return value;
  };
  std::size_t i = 0;
  for (int g = 0; g < d.groups; ++g)
    for (int r = 0; r < d.padded_rows; ++r)
      for (int c = 0; c < d.padded_columns; ++c, ++i) {
        const bool inside = r < d.rows && c < d.columns;
        const auto from = (static_cast<std::size_t>(g) * d.rows + r) * d.columns + c;
        const bfloat16 expected = inside ? to_bfloat16(values[from]) : bfloat16{};
        wrong += word(i) != expected;
        if (inside) wrong += back.data()[from] != to_float(expected);
      }
  CHECK_MESSAGE(wrong == 0, fmt::format("{} x {} x {} to {} x {}", d.groups, d.rows, d.columns,
                                        d.padded_rows, d.padded_columns));
  CHECK((x.intact() && y.intact() && back.intact()));
  count_cases();
}

TEST_CASE("Rows are cast to bfloat16 and back, padded with zeros") {
  int index = 0;
  on_each_schedule([&](Stream& stream) {
    CaseRandom random("cast", index++);
    for (const int columns : {1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 20, 31, 64})
      for (const int rows : {1, 3, 8, 100})
        for (const int skew : {0, 1}) {
          check(stream, emulated::padded_columns(rows, columns), skew, random);
          check(stream,
                {3, rows, columns, emulated::padded_channels(rows),
                 emulated::padded_channels(columns)},
                skew, random);
        }
  });
}

}  // namespace
}  // namespace nanopneumo::test
