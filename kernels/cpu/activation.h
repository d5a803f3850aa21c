// The activations as functions of one number, of each lane of a register and of some registers at once, for the loops
// that apply them in passing. The comparisons are written so that a NaN comes out as NaN.
#pragma once

#include <cmath>

#include "kernels/cpu/vector_exp.h"
#include "kernels/kernels.h"

namespace nanopneumo::cpu {

/// f of one register, where f is a function of some at once.
template <class F>
[[gnu::always_inline]] inline Vec of_one_register(const F& f, Vec x) {
  Vec one[1] = {x};
  f(one);
  return one[0];
}
/// The other way round.
template <class F, int count>
[[gnu::always_inline]] inline void of_each_register(const F& f, Vec (&x)[count]) {
  unrolled<count>([&](int i) __attribute__((always_inline)) { x[i] = f(x[i]); });
}

struct Identity {
  float operator()(float x) const { return x; }
  Vec operator()(Vec x) const { return x; }
  template <int count>
  void operator()(Vec (&)[count]) const {}
};

/// max(x, 0)
struct Relu {
  float operator()(float x) const { return x < 0 ? 0 : x; }
  Vec operator()(Vec x) const { return max_or_second(Vec{}, x); }
  template <int count>
  [[gnu::always_inline]] void operator()(Vec (&x)[count]) const {
    of_each_register(*this, x);
  }
};

/// min(max(x, 0), 6)
struct Relu6 {
  float operator()(float x) const {
    const float positive = x < 0 ? 0 : x;
    return positive > 6 ? 6 : positive;
  }
  Vec operator()(Vec x) const { return min_or_second(broadcast(6), Relu{}(x)); }
  template <int count>
  [[gnu::always_inline]] void operator()(Vec (&x)[count]) const {
    of_each_register(*this, x);
  }
};

/// 1 / (1 + exp(-x)); a single number's exponential is taken of -|x|, so it cannot overflow, and that of a register
/// may: 1 / infinity is what is wanted.
struct Sigmoid {
  float operator()(float x) const {
    const float e = std::exp(-std::fabs(x));
    return (x < 0 ? e : 1.0f) / (1.0f + e);
  }
  template <int count>
  [[gnu::always_inline]] void operator()(Vec (&x)[count]) const {
    exp_of_minus(x);
    unrolled<count>([&](int i) __attribute__((always_inline)) { x[i] = 1.0f / (1.0f + x[i]); });
  }
  Vec operator()(Vec x) const { return of_one_register(*this, x); }
};

/// x / (1 + exp(-x))
struct Swish {
  float operator()(float x) const { return x * Sigmoid{}(x); }
  template <int count>
  [[gnu::always_inline]] void operator()(Vec (&x)[count]) const {
    Vec e[count];
    unrolled<count>([&](int i) __attribute__((always_inline)) { e[i] = x[i]; });
    exp_of_minus(e);
    unrolled<count>([&](int i) __attribute__((always_inline)) { x[i] = x[i] / (1.0f + e[i]); });
  }
  Vec operator()(Vec x) const { return of_one_register(*this, x); }
};

/// f of `count` registers, at(0) to at(count - 1), four at once.
template <int count, class F, class At>
[[gnu::always_inline]] inline void activate(const F& f, const At& at) {
  constexpr int kAtOnce = 4, kRest = count % kAtOnce;
  const auto activate_some = [&]<int n>(int first) __attribute__((always_inline)) {
    Vec x[n];
    unrolled<n>([&](int i) __attribute__((always_inline)) { x[i] = at(first + i); });
    f(x);
    unrolled<n>([&](int i) __attribute__((always_inline)) { at(first + i) = x[i]; });
  };
  unrolled<count / kAtOnce>([&](int group) __attribute__((always_inline)) {
    activate_some.template operator()<kAtOnce>(group * kAtOnce);
  });
  if constexpr (kRest > 0) activate_some.template operator()<kRest>(count - kRest);
}

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
