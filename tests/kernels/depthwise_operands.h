// Depthwise convolutions for tests of the CPU's own.
#pragma once

#include "tests/kernels/conv_operands.h"

namespace nanopneumo::test {

/// What a depthwise convolution of our own for the CPU is tried with.
struct DepthwiseOperands {
  std::vector<float> x, w, bias;
  Activation activation;
  DepthwiseOperands(const ChannelwiseDims& d, CaseRandom& random)
      : x(random.values(d.input_size())),
        w(random.values(d.weight_size())),
        bias(random.coin() ? random.values(d.C) : std::vector<float>()),
        activation(any_activation(random)) {}

  std::vector<double> reference(const ChannelwiseDims& d) const {
    return run_on(reference_device(), 0,
                  [&](auto& call) {
                    call.ops().depthwise_forward(call.stream(), d, call.in(x), call.in(w),
                                                 call.epilogue(bias, {}, activation),
                                                 call.out("y", d.output_size(), kExact));
                  })
        .outputs.at("y")
        .values;
  }
};

/// Of shapes.h, with now and then so many channels that several registers and a part of one are there.
inline ChannelwiseDims any_depthwise(int index, CaseRandom& random) {
  ChannelwiseDims d = channelwise_dims(index, random);
  if (random.coin()) d.C = random.integer(1, 250);
  return d;
}

}  // namespace nanopneumo::test
