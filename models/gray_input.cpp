#include "models/gray_input.h"

#include <algorithm>
#include <array>
#include <ranges>

#include "models/plan_uses.h"

namespace nanopneumo {
namespace {

/// What the channels of an image are to the first one of the plan's input: scale * x + shift.
struct Channels {
  std::array<double, 3> scale, shift;

  explicit Channels(const Preprocessing& p) {
    for (std::size_t c = 0; c < 3; ++c) {
      scale[c] = p.deviation[0] / p.deviation[c];
      shift[c] = (p.mean[0] - p.mean[c]) / p.deviation[c];
    }
  }

  template <class T>
  void pass(const PlanAffine<T>& affine) {
    for (std::size_t c = 0; c < 3; ++c) {
      scale[c] *= affine.scale[c];
      shift[c] = shift[c] * affine.scale[c] + affine.shift[c];
    }
  }

  bool are_shifted() const {
    return std::ranges::any_of(shift, [](double s) { return s != 0; });
  }
};

/// What a plan begins with: affine maps, a zero padding, a convolution, by the numbers of their operations.
template <class T>
struct Stem {
  std::vector<std::size_t> affine_maps;
  std::size_t padding = PlanUses<T>::kNone, convolution = PlanUses<T>::kNone;

  explicit Stem(Plan<T>& plan) {
    const PlanUses<T> uses(plan);
    int v = plan.input;
    for (;;) {
      const std::size_t i = uses.only_reader(v);
      const auto* affine = operation_as<PlanAffine<T>>(plan, i);
      const auto* pad = operation_as<PlanPad>(plan, i);
      if (!is_padded() && affine && affine->activation == Activation::none) {
        affine_maps.push_back(i);
        v = affine->y;
      } else if (!is_padded() && pad) {
        padding = i;
        v = pad->y;
      } else {
        if (operation_as<PlanConvolution<T>>(plan, i)) convolution = i;
        return;
      }
    }
  }
  bool is_padded() const { return padding != PlanUses<T>::kNone; }
};

/// The convolution of what `channels` are as one of x, and of the 1 inside the image where `needs_inside`.
template <class T>
void sum_over_channels(PlanConvolution<T>& conv, const Channels& channels, int K,
                       bool needs_inside) {
  const auto filters = static_cast<std::size_t>(K);
  const std::size_t taps = conv.w.size() / 3 / filters, C = needs_inside ? 2 : 1;
  std::vector<T> w(taps * C * filters);
  std::vector<double> bias(conv.bias.begin(), conv.bias.end());
  bias.resize(filters);
  for (std::size_t tap = 0; tap < taps; ++tap)
    for (std::size_t k = 0; k < filters; ++k) {
      double scaled = 0, shifted = 0;
      for (std::size_t c = 0; c < 3; ++c) {
        const double weight = conv.w[(tap * 3 + c) * filters + k];
        scaled += weight * channels.scale[c];
        shifted += weight * channels.shift[c];
      }
      w[tap * C * filters + k] = static_cast<T>(scaled);
      if (needs_inside)
        w[(tap * C + 1) * filters + k] = static_cast<T>(shifted);
      else
        bias[k] += shifted;
    }
  conv.w = std::move(w);
  conv.bias.resize(filters);
  std::ranges::transform(bias, conv.bias.begin(), [](double b) { return static_cast<T>(b); });
}

}  // namespace

template <class T>
bool read_gray(Plan<T>& plan, const Preprocessing& preprocessing) {
  const auto value = [&](int v) -> PlanValue& { return plan.values[static_cast<std::size_t>(v)]; };
  const Stem<T> stem(plan);
  auto* conv = operation_as<PlanConvolution<T>>(plan, stem.convolution);
  if (!conv || value(plan.input).C != 3) return false;
  Channels channels(preprocessing);
  for (const std::size_t i : stem.affine_maps)
    channels.pass(std::get<PlanAffine<T>>(plan.operations[i]));

  auto* pad = operation_as<PlanPad>(plan, stem.padding);
  const bool has_zeros_outside = pad || conv->window.pad != Padding2D{};
  const bool needs_inside = has_zeros_outside && channels.are_shifted();
  sum_over_channels(*conv, channels, value(conv->y).C, needs_inside);
  value(plan.input).C = needs_inside ? 2 : 1;
  if (pad) value(pad->y).C = value(plan.input).C;
  (pad ? pad->x : conv->x) = plan.input;
  for (const std::size_t i : std::views::reverse(stem.affine_maps)) erase_operation(plan, i);
  return true;
}

template bool read_gray(Plan<float>&, const Preprocessing&);
template bool read_gray(Plan<double>&, const Preprocessing&);

}  // namespace nanopneumo
