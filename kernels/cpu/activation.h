// The activations as functions of one number and of each lane of a register, for the loops that apply them in
// passing. The comparisons are written so that a NaN comes out as NaN.
#pragma once

#include <cmath>

#include "kernels/cpu/vector_exp.h"
#include "kernels/kernels.h"

namespace nanopneumo::cpu {

struct Identity {
  float operator()(float x) const { return x; }
  Vec operator()(Vec x) const { return x; }
};

/// max(x, 0)
struct Relu {
  float operator()(float x) const { return x < 0 ? 0 : x; }
  Vec operator()(Vec x) const { return max_or_second(Vec{}, x); }
};

/// min(max(x, 0), 6)
struct Relu6 {
  float operator()(float x) const {
    const float positive = x < 0 ? 0 : x;
    return positive > 6 ? 6 : positive;
  }
  Vec operator()(Vec x) const { return min_or_second(broadcast(6), Relu{}(x)); }
};

/// 1 / (1 + exp(-x)); a single number's exponential is taken of -|x|, so it cannot overflow, and that of a register
/// ends at e^88.
struct Sigmoid {
  float operator()(float x) const {
    const float e = std::exp(-std::fabs(x));
    return (x < 0 ? e : 1.0f) / (1.0f + e);
  }
  Vec operator()(Vec x) const { return 1.0f / (1.0f + exp(-x)); }
};

/// x / (1 + exp(-x))
struct Swish {
  float operator()(float x) const { return x * Sigmoid{}(x); }
  Vec operator()(Vec x) const { return x / (1.0f + exp(-x)); }
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
