// Two sums over all rows for each channel: what batch normalisation needs in both directions.
#pragma once

#include <cstdint>

#include "kernels/cpu/parallel.h"
#include "kernels/dims.h"

namespace nanopneumo::cpu {

struct Terms {
  float first, second;
};

/// (C) sums each, in the stream's workspace; a few rows are added in float before they go to the sums.
struct ChannelSums {
  double *first, *second;
  float *few_first, *few_second;
};

/// Adds terms(row * C + c, c) over a range of rows to sums[c]. Eight rows' sums in float cost no more accuracy than the
/// terms' own rounding, and less time than additions in double.
template <class TermsOf>
void add_rows(const Range& rows, int C, TermsOf terms, ChannelSums sums) {
  constexpr int kFew = 8;
  for (std::int64_t row = rows.begin; row < rows.end; row += kFew) {
    std::fill_n(sums.few_first, C, 0.0f);
    std::fill_n(sums.few_second, C, 0.0f);
    for (std::int64_t r = row; r < std::min(row + kFew, rows.end); ++r) {
#pragma omp simd
      for (int c = 0; c < C; ++c) {
        const Terms next = terms(r * C + c, c);
        sums.few_first[c] += next.first;
        sums.few_second[c] += next.second;
      }
    }
#pragma omp simd
    for (int c = 0; c < C; ++c) {
      sums.first[c] += static_cast<double>(sums.few_first[c]);
      sums.second[c] += static_cast<double>(sums.few_second[c]);
    }
  }
}

/// Sums by add(range of [0, parts), sums). Each thread adds up its own range in double; the threads' sums
/// are added in their order, so the result depends on nothing but their number.
template <class Add>
ChannelSums sums_of_parts(Stream& stream, std::int64_t parts, int C, Add add) {
  const std::int64_t stride = (C + 7) / 8 * 8;  // whole cache lines: no line belongs to two threads
  const int threads = static_cast<int>(std::min<std::int64_t>(parts, cpu_stream(stream).threads()));
  auto* memory =
      static_cast<double*>(cpu_stream(stream).workspace(sizeof(double) * 3 * stride * threads));
  const auto sums_of = [=](int thread) {
    double* first = memory + 3 * stride * thread;
    auto* few = reinterpret_cast<float*>(first + 2 * stride);
    return ChannelSums{first, first + stride, few, few + stride};
  };
  parallel_for(stream, threads, [&](std::int64_t thread) {
    const ChannelSums own = sums_of(static_cast<int>(thread));
    std::fill_n(own.first, 2 * stride, 0.0);
    add(Range(parts, static_cast<int>(thread), threads), own);
  });
  const ChannelSums total = sums_of(0);
  for (int thread = 1; thread < threads; ++thread) {
    const ChannelSums own = sums_of(thread);
    for (int c = 0; c < C; ++c) {
      total.first[c] += own.first[c];
      total.second[c] += own.second[c];
    }
  }
  return total;
}

/// The sums of terms(row * C + c, c) over all rows.
template <class TermsOf>
ChannelSums channel_sums(Stream& stream, const RowsDims& dims, TermsOf terms) {
  return sums_of_parts(stream, dims.rows, dims.C, [&](const Range& rows, const ChannelSums& sums) {
    add_rows(rows, dims.C, terms, sums);
  });
}

/// Calls body(row * C + c, c) for every element; the calls must not depend on one another.
template <class Body>
void for_each_in_rows(Stream& stream, const RowsDims& dims, Body body) {
  const int C = dims.C;
  const int threads =
      static_cast<int>(std::min<std::int64_t>(dims.rows, cpu_stream(stream).threads()));
  const std::int64_t count = dims.rows;
  parallel_for(stream, threads, [=](std::int64_t thread) {
    const Range rows(count, static_cast<int>(thread), threads);
    const Body own = body;
    for (std::int64_t row = rows.begin; row < rows.end; ++row) {
#pragma omp simd
      for (int c = 0; c < C; ++c) own(row * C + c, c);
    }
  });
}

}  // namespace nanopneumo::cpu
