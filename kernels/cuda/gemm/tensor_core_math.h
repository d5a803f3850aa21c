// The two kinds of numbers that tensor cores multiply here, and how operands become them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/cuda/cast.h"
#include "kernels/cuda/gemm/views.h"
#include "kernels/cuda/gpu_stream.h"

namespace nanopneumo::GPU_NAMESPACE {

/// A factor in memory, and how it is padded where it must be.
struct Source {
  const float* data;
  CastDims dims;
};

/// float32 as it lies in memory; the kernel rounds it.
struct Tf32 {
  static int channels(int C) { return C; }
  static ConvDims channels(const ConvDims& d) { return d; }

  /// Calls body(vector, a, b, sums) with the factors as the kernel reads them and room for `sums`
  /// float32, 16-byte aligned.
  template <class Body>
  static void with_operands(Stream& stream, const Source& a, const Source& b, std::int64_t sums,
                            const Body& body) {
    const auto by_four = [](const Source& source) {
      return source.dims.columns % 4 == 0 && is_aligned16(source.data);
    };
    void* memory =
        sums ? gpu_stream(stream).workspace(static_cast<std::size_t>(sums) * 4) : nullptr;
    with_vector(by_four(a) && by_four(b),
                [&](auto vector) { body(vector, a.data, b.data, static_cast<float*>(memory)); });
  }
};

/// Copies in bfloat16, whose channels are padded so that every run of 8 is one 16-byte access.
struct Bf16 {
  static int channels(int C) { return padded_channels(C); }
  static ConvDims channels(ConvDims d) {
    d.C = channels(d.C);
    d.K = channels(d.K);
    return d;
  }

  template <class Body>
  static void with_operands(Stream& stream, const Source& a, const Source& b, std::int64_t sums,
                            const Body& body) {
    const std::int64_t bytes_a = aligned(a.dims.padded_bytes());
    const std::int64_t bytes_b = aligned(b.dims.padded_bytes());
    auto* memory = static_cast<std::byte*>(gpu_stream(stream).workspace(
        static_cast<std::size_t>(bytes_a + bytes_b + sums * std::int64_t{sizeof(float)})));
    auto* copy_a = reinterpret_cast<bfloat16*>(memory);
    auto* copy_b = reinterpret_cast<bfloat16*>(memory + bytes_a);
    cast_to_bfloat16(stream, a.dims, a.data, copy_a);
    cast_to_bfloat16(stream, b.dims, b.data, copy_b);
    body(std::integral_constant<int, kBfloat16Run>{}, static_cast<const bfloat16*>(copy_a),
         static_cast<const bfloat16*>(copy_b),
         reinterpret_cast<float*>(memory + bytes_a + bytes_b));
  }

 private:
  static std::int64_t aligned(std::int64_t bytes) { return ceil_div(bytes, 256) * 256; }
};

/// The factors of a convolution: x or dy with C channels, and the weights.
inline Source image_source(const float* image, std::int64_t pixels, int channels) {
  return {image, padded_columns(gemm_size(pixels, 1, 1).M, channels)};
}
inline Source weight_source(const ConvDims& d, const float* w) {
  return {w, {d.window.R * d.window.S, d.C, d.K, padded_channels(d.C), padded_channels(d.K)}};
}

}  // namespace nanopneumo::GPU_NAMESPACE
