#include "kernels/cpu/winograd/winograd.h"

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/winograd/convolve.h"
#include "kernels/cpu/winograd/filters.h"

namespace nanopneumo::cpu::winograd {
namespace {

float* workspace(Stream& stream, std::int64_t floats) {
  return static_cast<float*>(
      cpu_stream(stream).workspace(static_cast<std::size_t>(floats) * sizeof(float)));
}

/// dx[h] = sum over r of dy[h + pad - r] w[r]: a convolution of dy with the turned filters that begins
/// 2 - pad before dy.
Tiling input_gradient_tiling(const ConvDims& d) {
  return {
      d.N, d.P(), d.Q(), d.H, d.W, kKernel - 1 - d.window.pad.top, kKernel - 1 - d.window.pad.left};
}

/// convolve with filters that `transform` writes to the memory it is given.
template <class Transform>
void convolve_once(Stream& stream, const Tiling& tiling, int C, const float* x,
                   const Transform& transform, const Output& output) {
  const int threads = cpu_stream(stream).threads();
  const Schedule schedule = choose_schedule(tiling, C, output.K, threads);
  const FilterLayout filters{C, output.K};
  float* u = workspace(stream, filters.size() + schedule.workspace(C, threads));
  transform(u);
  convolve(threads, tiling, schedule, C, {x, C}, u, output, u + filters.size());
}

}  // namespace

bool pays(const ConvDims& d) {
  constexpr int kFewestChannels = 32, kBatch = 16;
  const int fewest_tiles = d.N >= kBatch ? 128 : 2048;
  return applies(d.window) && d.C >= kFewestChannels && d.K >= kFewestChannels &&
         forward_tiling(d).count() >= fewest_tiles;
}

std::size_t workspace_bytes(Stream& stream, ConvDims d) {
  const int threads = cpu_stream(stream).threads();
  std::int64_t most = 0;
  for (; d.N > 0; --d.N) {  // chunks of tiles are of one size, which fewer images may make larger
    const Schedule schedule = choose_schedule(forward_tiling(d), d.C, d.K, threads);
    most = std::max(most, schedule.workspace(d.C, threads));
  }
  return static_cast<std::size_t>(most) * sizeof(float);
}

Filter::Filter(Stream& stream, int C, int K, const float* w)
    : bytes_(static_cast<std::size_t>(FilterLayout{C, K}.size()) * sizeof(float)),
      memory_(allocate_floats(FilterLayout{C, K}.size())) {
  transform_filters(stream, C, K, w, memory_.get());
}

void forward(Stream& stream, const ConvDims& d, ConstRows x, const Filter& filter,
             const Epilogue<float>& epilogue, std::int64_t residual_stride, Rows y) {
  const int threads = cpu_stream(stream).threads();
  const Tiling tiling = forward_tiling(d);
  const Schedule schedule = choose_schedule(tiling, d.C, d.K, threads);
  convolve(threads, tiling, schedule, d.C, x, filter.data(),
           {d.K, y, epilogue.bias, {epilogue.residual, residual_stride}, epilogue.activation},
           workspace(stream, schedule.workspace(d.C, threads)));
}

void forward(Stream& stream, const ConvDims& d, const float* x, const float* w,
             const Epilogue<float>& epilogue, float* y) {
  convolve_once(stream, forward_tiling(d), d.C, x,
                [&](float* u) { transform_filters(stream, d.C, d.K, w, u); },
                {d.K, {y, d.K}, epilogue.bias, {epilogue.residual, d.K}, epilogue.activation});
}

void input_gradient(Stream& stream, const ConvDims& d, const float* w, const float* dy, float* dx) {
  convolve_once(stream, input_gradient_tiling(d), d.K, dy,
                [&](float* u) { transform_turned_filters(stream, d.C, d.K, w, u); },
                {d.C, {dx, d.C}, nullptr, {nullptr, 0}, Activation::none});
}

}  // namespace nanopneumo::cpu::winograd
