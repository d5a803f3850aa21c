#include "train/gradient_clipping.h"

#include <algorithm>
#include <cmath>

#include "train/flat_ops.h"

namespace nanopneumo {

Clipping::Kind Clipping::parse(const std::string& name) {
  for (const Kind kind : {Kind::none, Kind::norm, Kind::global_norm, Kind::value})
    if (Clipping{kind}.name() == name) return kind;
  throw_input_error("clipping {} is not possible; give none, norm, global_norm or value", name);
}

std::string Clipping::name() const {
  switch (kind) {
    case Kind::norm:
      return "norm";
    case Kind::global_norm:
      return "global_norm";
    case Kind::value:
      return "value";
    case Kind::none:
      break;
  }
  return "none";
}

void Clipping::validate() const {
  if (kind != Kind::none && !(limit > 0 && std::isfinite(limit)))
    throw_input_error(
        "a limit of {} for --clip-norm, --clip-global-norm or --clip-value is not possible; give "
        "a finite number above 0",
        limit);
}

namespace {

/// Keras multiplies by limit / max(norm, limit): a short gradient stays as it is.
template <class T>
void clip_to_norm(const Tensor<T>& gradient, double limit) {
  const double norm = std::sqrt(sum_of_squares(gradient));
  if (norm > limit) scale(gradient, limit / norm);
}

}  // namespace

template <class T>
void clip_gradients(const Clipping& clipping, const Parameters<T>& parameters) {
  switch (clipping.kind) {
    case Clipping::Kind::none:
      return;
    case Clipping::Kind::norm:
      for (const Parameter<T>& parameter : parameters.all())
        if (parameter.trainable) clip_to_norm(parameter.variable.gradient->value(), clipping.limit);
      return;
    case Clipping::Kind::global_norm:
      return clip_to_norm(parameters.gradients(), clipping.limit);
    case Clipping::Kind::value: {
      const Tensor<T>& gradients = parameters.gradients();
      Device& device = gradients.device();
      return device.kernels<T>().clip(device.stream(), gradients.size(),
                                      static_cast<T>(clipping.limit), gradients.data(),
                                      gradients.data());
    }
  }
}

template void clip_gradients(const Clipping&, const Parameters<float>&);
template void clip_gradients(const Clipping&, const Parameters<double>&);

}  // namespace nanopneumo
