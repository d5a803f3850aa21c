// Sizes for the tests: a fixed list of awkward ones first, then random ones.
#pragma once

#include <string>

#include "kernels/kernels.h"
#include "tests/kernels/case_random.h"

namespace nanopneumo::test {

/// How many cases each operation is tried with on each device.
inline constexpr int kCases = 500;

/// Sizes of case `index`. Among the first: N = 1, C = 1, odd sizes, strides 2 to 4, strides above
/// the kernel, 1x1, 1x7, kernels larger than the image, asymmetric padding, P = 1, Q = 1, channel
/// counts that are no multiple of 16.
ConvDims conv_dims(int index, CaseRandom& random);
/// The same for windows that treat each channel on its own; every window touches the image.
ChannelwiseDims channelwise_dims(int index, CaseRandom& random);
RowsDims rows_dims(int index, CaseRandom& random);
/// Number of elements: 1, around multiples of vector widths, enough for several threads, then
/// random.
std::int64_t element_count(int index, CaseRandom& random);

/// One of the activations an epilogue can hold.
Activation any_activation(CaseRandom& random);
/// Whether whole numbers stay exact under it.
bool is_piecewise_linear(Activation);

/// The sizes in words, for messages.
std::string str(const ConvDims& d);
std::string str(const ChannelwiseDims& d);
std::string str(const RowsDims& d);
std::string str(const ImageDims& d);

}  // namespace nanopneumo::test
