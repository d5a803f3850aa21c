#include "tools/bench/onednn_convolutions.h"

#include <algorithm>
#include <chrono>
#include <dnnl.hpp>
#include <optional>
#include <random>
#include <unordered_map>
#include <vector>

#include "kernels/cpu/bfloat16.h"
#include "kernels/cpu/onednn_compat.h"
#include "kernels/cpu/openmp_threads.h"
#include "tools/bench/stopwatch.h"

namespace nanopneumo::bench {
namespace {

using dnnl::memory;

struct Way {
  const char* words;
  memory::format_tag layout;
  bool by_winograd;
};

constexpr Way kWays[] = {{"nhwc", memory::format_tag::nhwc, false},
                         {"blocked", memory::format_tag::any, false},
#if DNNL_VERSION_MAJOR < 3
                         {"blocked winograd", memory::format_tag::any, true}
#endif
};

class Timer {
 public:
  Timer(CpuStream& stream, const PlannedConvolution& convolution, int images, Precision precision)
      : d_(convolution.dims),
        images_(images),
        type_(precision == Precision::bf16 ? memory::data_type::bf16 : memory::data_type::f32),
        weights_(convolution.is_depthwise ? memory::dims{d_.C, 1, 1, d_.window.R, d_.window.S}
                                          : memory::dims{d_.K, d_.C, d_.window.R, d_.window.S}) {
    cpu::use_threads(stream.threads());
  }

  /// Nothing where oneDNN does not compute this convolution that way.
  std::optional<double> seconds(const Way& way) {
    try {
      return run(describe(way));
    } catch (const dnnl::error& error) {
      if (error.status == dnnl_unimplemented) return std::nullopt;
      throw;
    }
  }

 private:
  using Description = dnnl::convolution_forward::primitive_desc;

  Description describe(const Way& way) const {
    const Window& w = d_.window;
    const auto tag = way.layout;
    const cpu::ConvolutionLayouts layouts{
        .x = memory::desc({images_, d_.C, d_.H, d_.W}, type_, tag),
        .w = memory::desc(weights_, type_, memory::format_tag::any),
        .bias = memory::desc({d_.K}, memory::data_type::f32, memory::format_tag::a),
        .y = memory::desc({images_, d_.K, d_.P(), d_.Q()}, type_, tag)};
    const cpu::ConvolutionGeometry geometry{.strides = {w.stride_h, w.stride_w},
                                            .padding_before = {w.pad.top, w.pad.left},
                                            .padding_after = {w.pad.bottom, w.pad.right}};
#if DNNL_VERSION_MAJOR < 3
    if (way.by_winograd)
      return {dnnl::convolution_forward::desc(dnnl::prop_kind::forward_inference,
                                              dnnl::algorithm::convolution_winograd, layouts.x,
                                              layouts.w, layouts.bias, layouts.y, geometry.strides,
                                              geometry.padding_before, geometry.padding_after),
              engine_};
#endif
    return cpu::describe_convolution_forward(engine_, layouts, geometry, {},
                                             dnnl::prop_kind::forward_inference);
  }

  memory filled(const memory::desc& layout) const {
    memory made(layout, engine_);
    if (layout.data_type() == memory::data_type::bf16)
      fill<cpu::BFloat16>(made);
    else
      fill<float>(made);
    return made;
  }

  /// With numbers in [-1, 1): to multiply zeros takes less power, and so less time.
  template <class E>
  static void fill(const memory& made) {
    std::minstd_rand random;
    std::generate_n(static_cast<E*>(made.get_data_handle()), made.get_desc().get_size() / sizeof(E),
                    [&] {
                      return cpu::from_float<E>(2 * static_cast<float>(random() - random.min()) /
                                                    static_cast<float>(random.max()) -
                                                1);
                    });
  }

  double run(const Description& description) {
    const std::unordered_map<int, memory> operands{
        {DNNL_ARG_SRC, filled(description.src_desc())},
        {DNNL_ARG_WEIGHTS, filled(description.weights_desc())},
        {DNNL_ARG_BIAS, filled(description.bias_desc())},
        {DNNL_ARG_DST, filled(description.dst_desc())}};
    const dnnl::convolution_forward convolution(description);
    using Clock = std::chrono::steady_clock;
    std::vector<double> seconds;
    constexpr int kRepeats = 5;
    for (int i = 0; i <= kRepeats; ++i) {
      const auto start = Clock::now();
      convolution.execute(queue_, operands);
      queue_.wait();
      const std::chrono::duration<double> elapsed = Clock::now() - start;
      if (i > 0) seconds.push_back(elapsed.count());  // the first warms up
    }
    return median(std::move(seconds));
  }

  ConvDims d_;
  int images_;
  memory::data_type type_;
  memory::dims weights_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream queue_{engine_};
};

}  // namespace

OneDnnTime fastest_onednn(CpuStream& stream, const PlannedConvolution& convolution, int images,
                          Precision precision) {
  Timer timer(stream, convolution, images, precision);
  std::optional<OneDnnTime> best;
  for (const Way& way : kWays)
    if (const auto seconds = timer.seconds(way); seconds && (!best || *seconds < best->seconds))
      best = OneDnnTime{*seconds, way.words};
  return best.value();
}

}  // namespace nanopneumo::bench
