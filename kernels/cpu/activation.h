// The activations as functions of one number, for the loops that apply them in passing. The
// comparisons are written so that a NaN comes out as NaN.
#pragma once

#include <cmath>

#include "kernels/kernels.h"

namespace nanopneumo::cpu {

struct Identity {
  float operator()(float x) const { return x; }
};

/// max(x, 0)
struct Relu {
  float operator()(float x) const { return x < 0 ? 0 : x; }
};

/// min(max(x, 0), 6)
struct Relu6 {
  float operator()(float x) const {
    const float positive = x < 0 ? 0 : x;
    return positive > 6 ? 6 : positive;
  }
};

/// 1 / (1 + exp(-x)); the exponential is taken of -|x|, so it cannot overflow.
struct Sigmoid {
  float operator()(float x) const {
    const float e = std::exp(-std::fabs(x));
    return (x < 0 ? e : 1.0f) / (1.0f + e);
  }
};

/// x / (1 + exp(-x))
struct Swish {
  float operator()(float x) const { return x * Sigmoid{}(x); }
};

/// Calls body(f) with the function object of `activation`, so that body is compiled for each.
template <class Body>
void with_activation(Activation activation, const Body& body) {
  switch (activation) {
    case Activation::none:
      return body(Identity{});
    case Activation::relu:
      return body(Relu{});
    case Activation::relu6:
      return body(Relu6{});
    case Activation::sigmoid:
      return body(Sigmoid{});
    case Activation::swish:
      return body(Swish{});
  }
}

}  // namespace nanopneumo::cpu
