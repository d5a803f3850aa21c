#include "tools/bench/cpu_peaks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <dnnl.hpp>
#include <memory>
#include <unordered_map>
#include <vector>

#include "kernels/cpu/bfloat16.h"
#include "kernels/cpu/onednn_compat.h"
#include "kernels/cpu/openmp_threads.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiled/matrix_tiles.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace nanopneumo::bench {
namespace {

constexpr int kAccumulators = 12;  // two units with a latency of four to six

/// Seconds of the fastest of `repeats` calls.
template <class Work>
double best_of(int repeats, const Work& work) {
  using Clock = std::chrono::steady_clock;
  double best = HUGE_VAL;
  for (int i = 0; i < repeats; ++i) {
    const auto start = Clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

// `rounds` times kAccumulators fused multiply-adds of as many lanes as a register has. The result keeps the
// compiler from leaving them out.

#if defined(__x86_64__)
__attribute__((target("avx512f"))) float multiply_add_512(std::int64_t rounds) {
  __m512 sums[kAccumulators];
  for (int i = 0; i < kAccumulators; ++i) sums[i] = _mm512_set1_ps(static_cast<float>(i));
  const __m512 a = _mm512_set1_ps(0.5f), b = _mm512_set1_ps(1.0f);
  for (std::int64_t r = 0; r < rounds; ++r)
#pragma GCC unroll 12
    for (int i = 0; i < kAccumulators; ++i) sums[i] = _mm512_fmadd_ps(sums[i], a, b);
  __m512 sum = sums[0];
  for (int i = 1; i < kAccumulators; ++i) sum = _mm512_add_ps(sum, sums[i]);
  float lanes[16];
  _mm512_storeu_ps(lanes, sum);
  return lanes[0];
}

__attribute__((target("avx2,fma"))) float multiply_add_256(std::int64_t rounds) {
  __m256 sums[kAccumulators];
  for (int i = 0; i < kAccumulators; ++i) sums[i] = _mm256_set1_ps(static_cast<float>(i));
  const __m256 a = _mm256_set1_ps(0.5f), b = _mm256_set1_ps(1.0f);
  for (std::int64_t r = 0; r < rounds; ++r)
#pragma GCC unroll 12
    for (int i = 0; i < kAccumulators; ++i) sums[i] = _mm256_fmadd_ps(sums[i], a, b);
  __m256 sum = sums[0];
  for (int i = 1; i < kAccumulators; ++i) sum = _mm256_add_ps(sum, sums[i]);
  float lanes[8];
  _mm256_storeu_ps(lanes, sum);
  return lanes[0];
}
#endif

/// Four lanes, a product and a sum apart: what any processor has.
float multiply_add_128(std::int64_t rounds) {
  typedef float Lanes __attribute__((vector_size(16)));
  Lanes sums[kAccumulators];
  for (int i = 0; i < kAccumulators; ++i) sums[i] = Lanes{} + static_cast<float>(i);
  const Lanes a = Lanes{} + 0.5f, b = Lanes{} + 1.0f;
  for (std::int64_t r = 0; r < rounds; ++r)
#pragma GCC unroll 12
    for (int i = 0; i < kAccumulators; ++i) sums[i] = sums[i] * a + b;
  Lanes sum = sums[0];
  for (int i = 1; i < kAccumulators; ++i) sum += sums[i];
  return sum[0];
}

struct MultiplyAdd {
  float (*run)(std::int64_t rounds);
  int lanes;
};

/// The widest that this processor has, whatever the program was compiled for: so chooses oneDNN.
MultiplyAdd widest() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return {multiply_add_512, 16};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return {multiply_add_256, 8};
#endif
  return {multiply_add_128, 4};
}

double float_flops(CpuStream& stream) {
  constexpr std::int64_t kRounds = 1 << 21;
  const MultiplyAdd unit = widest();
  const int threads = stream.threads();
  std::vector<float> results(static_cast<std::size_t>(threads));
  const double seconds = best_of(8, [&] {
    cpu::parallel_for(stream, threads, [&results, &unit](std::int64_t i) {
      results[static_cast<std::size_t>(i)] = unit.run(kRounds);
    });
  });
  for (const float result : results)
    if (!std::isfinite(result)) return 0;
  return 2.0 * kRounds * kAccumulators * unit.lanes * threads / seconds;
}

#if defined(__AMX_BF16__)
namespace matrix_tiles = cpu::matrix_tiles;

constexpr int kSums = 4, kTiles = 8;

/// `rounds` times kSums products of tiles, which are read from `numbers`: how fast they are depends on what they
/// multiply, and zeros are faster than any others.
void multiply_tiles(std::int64_t rounds, const cpu::BFloat16* numbers) {
  using matrix_tiles::kRowBytes;
  matrix_tiles::Configuration configuration;
  for (int tile = 0; tile < kTiles; ++tile) configuration.set(tile, matrix_tiles::kPixels);
  asm volatile("" ::"r"(&configuration), "r"(numbers) : "memory");
  _tile_loadconfig(&configuration);
  _tile_loadd(4, numbers, kRowBytes);
  _tile_loadd(5, numbers, kRowBytes);
  _tile_loadd(6, numbers, kRowBytes);
  _tile_loadd(7, numbers, kRowBytes);
  for (std::int64_t r = 0; r < rounds; ++r) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_release();
}

double matrix_tile_flops(CpuStream& stream) {
  constexpr std::int64_t kRounds = 1 << 18;
  using matrix_tiles::kDepth, matrix_tiles::kPixels, matrix_tiles::kFilters;
  std::array<cpu::BFloat16, std::size_t{kPixels} * kDepth> numbers;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = cpu::from_float<cpu::BFloat16>(std::sin(static_cast<float>(i)));
  const int threads = stream.threads();
  const double seconds = best_of(8, [&] {
    cpu::parallel_for(stream, threads,
                      [&numbers](std::int64_t) { multiply_tiles(kRounds, numbers.data()); });
  });
  return 2.0 * kRounds * kSums * kPixels * kFilters * kDepth * threads / seconds;
}
#endif

double onednn_bfloat16_flops(CpuStream& stream) {
  using dnnl::memory;
  constexpr memory::dim kSide = 1536;
  cpu::use_threads(stream.threads());
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream queue(engine);
  const auto matrix = [](memory::format_tag tag) {
    return memory::desc({kSide, kSide}, memory::data_type::bf16, tag);
  };
  const auto description =
      cpu::describe_matmul(engine, matrix(memory::format_tag::ab), matrix(memory::format_tag::any),
                           memory::desc(), matrix(memory::format_tag::ab), {});
  const auto zeros = [&](const memory::desc& layout) {
    memory made(layout, engine);
    std::fill_n(static_cast<std::byte*>(made.get_data_handle()), layout.get_size(), std::byte{0});
    return made;
  };
  const std::unordered_map<int, memory> operands{
      {DNNL_ARG_SRC, zeros(description.src_desc())},
      {DNNL_ARG_WEIGHTS, zeros(description.weights_desc())},
      {DNNL_ARG_DST, zeros(description.dst_desc())}};
  const dnnl::matmul product(description);
  const double seconds = best_of(6, [&] {
    product.execute(queue, operands);
    queue.wait();
  });
  return 2.0 * kSide * kSide * kSide / seconds;
}

double bfloat16_flops(CpuStream& stream) {
#if defined(__AMX_BF16__)
  if (matrix_tiles::are_there()) return matrix_tile_flops(stream);
#endif
  return onednn_bfloat16_flops(stream);
}

double triad_bytes(CpuStream& stream) {
  constexpr std::int64_t kFloats = std::int64_t{16} << 20;
  const auto array = [&](float value) {
    std::unique_ptr<float[]> made(new float[kFloats]);
    cpu::parallel_elements(stream, kFloats,
                           [to = made.get(), value](std::int64_t i) { to[i] = value; });
    return made;
  };
  const auto a = array(0), b = array(1), c = array(2);
  const double seconds = best_of(8, [&] {
    cpu::parallel_elements(stream, kFloats,
                           [to = a.get(), left = b.get(), right = c.get()](std::int64_t i) {
                             to[i] = left[i] + 3.0f * right[i];
                           });
  });
  return 3.0 * kFloats * sizeof(float) / seconds;
}

}  // namespace

double CpuPeaks::best_seconds(double work_flops, double work_bytes) const {
  return std::max(work_flops / flops, work_bytes / bytes);
}

std::string CpuPeaks::words() const {
  return fmt::format("this machine at best, measured: {:.0f} GFLOP/s, {:.1f} GB/s\n", 1e-9 * flops,
                     1e-9 * bytes);
}

CpuPeaks measure_cpu_peaks(CpuStream& stream, Precision precision) {
  return {.flops = precision == Precision::bf16 ? bfloat16_flops(stream) : float_flops(stream),
          .bytes = triad_bytes(stream)};
}

}  // namespace nanopneumo::bench
