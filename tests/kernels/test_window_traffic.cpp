// The traffic of windows, slices and images: neighbouring windows share inputs, and pool and depthwise
// convolution must not read them anew for each output.
#include <doctest/doctest.h>

#include "tests/kernels/shapes.h"
#include "tests/kernels/traffic.h"

namespace nanopneumo::test {
namespace {

constexpr Padding2D all(int pad) { return {pad, pad, pad, pad}; }

// Layers of MobileNet, EfficientNet and the CNN, with fewer images and channels.
constexpr ChannelwiseDims kDepthwise[] = {
    {1, 56, 56, 32, {3, 3, 1, 1, all(1)}}, {2, 15, 15, 64, {3, 3, 1, 1, all(1)}},
    {2, 7, 7, 128, {3, 3, 1, 1, all(1)}},  {1, 57, 57, 32, {3, 3, 2, 2, {}}},
    {2, 16, 16, 64, {3, 3, 2, 2, {}}},     {1, 32, 32, 32, {3, 3, 2, 2, {0, 1, 0, 1}}},
    {1, 32, 32, 48, {5, 5, 1, 1, all(2)}}, {1, 32, 32, 48, {5, 5, 2, 2, {1, 2, 1, 2}}}};
constexpr ChannelwiseDims kPools[] = {{1, 62, 62, 32, {2, 2, 2, 2, {}}},
                                      {1, 31, 31, 64, {2, 2, 2, 2, {}}},
                                      {1, 56, 56, 32, {3, 3, 2, 2, all(1)}},
                                      {1, 35, 35, 64, {3, 3, 2, 2, {}}},
                                      {1, 35, 35, 64, {3, 3, 1, 1, all(1)}}};

TEST_CASE("traffic: depthwise convolution moves at most twice the least") {
  for (const ChannelwiseDims& d : kDepthwise) {
    const std::int64_t tensors = d.input_size() + d.weight_size() + d.output_size();
    Traffic forward("depthwise_forward " + str(d));
    forward.ops().depthwise_forward(forward.stream(), d, forward.in(d.input_size()),
                                    forward.in(d.weight_size()), {}, forward.out(d.output_size()));
    forward.check_whole_sectors(tensors, 2);
    Traffic input("depthwise_input_gradient " + str(d));
    input.ops().depthwise_input_gradient(input.stream(), d, input.in(d.weight_size()),
                                         input.in(d.output_size()), input.out(d.input_size()));
    input.check_whole_sectors(tensors, 2);
    Traffic weight("depthwise_weight_gradient " + str(d));
    weight.ops().depthwise_weight_gradient(weight.stream(), d, weight.in(d.input_size()),
                                           weight.in(d.output_size()), weight.out(d.weight_size()),
                                           weight.out(d.C));
    weight.check_whole_sectors(tensors + d.C, 2);
  }
}

TEST_CASE("traffic: pools move at most twice the least") {
  for (const ChannelwiseDims& d : kPools) {
    const std::int64_t tensors = d.input_size() + d.output_size();
    const std::int64_t with_places = tensors + Traffic::floats(d.output_size());
    Traffic largest("max_pool_forward " + str(d));
    largest.ops().max_pool_forward(largest.stream(), d, largest.in(d.input_size()),
                                   largest.out(d.output_size()),
                                   largest.out_bytes(d.output_size()));
    largest.check_whole_sectors(with_places, 2);
    Traffic routed("max_pool_gradient " + str(d));
    routed.ops().max_pool_gradient(routed.stream(), d, routed.in_bytes(d.output_size()),
                                   routed.in(d.output_size()), routed.out(d.input_size()));
    routed.check_whole_sectors(with_places, 2);
    Traffic mean("average_pool_forward " + str(d));
    mean.ops().average_pool_forward(mean.stream(), d, mean.in(d.input_size()),
                                    mean.out(d.output_size()));
    mean.check_whole_sectors(tensors, 2);
    Traffic spread("average_pool_gradient " + str(d));
    spread.ops().average_pool_gradient(spread.stream(), d, spread.in(d.output_size()),
                                       spread.out(d.input_size()));
    spread.check_whole_sectors(tensors, 2);
  }
}

TEST_CASE("traffic: padding and slices move each number once") {
  const ImageDims d{1, 30, 31, 32};
  const Padding2D pad{0, 1, 0, 1};
  const std::int64_t padded = std::int64_t{31} * 32 * 32;
  Traffic forward("zero_pad_forward"), gradient("zero_pad_gradient");
  forward.ops().zero_pad_forward(forward.stream(), d, pad, forward.in(d.size()),
                                 forward.out(padded));
  forward.check_whole_sectors(d.size() + padded, 1.001);
  gradient.ops().zero_pad_gradient(gradient.stream(), d, pad, gradient.in(padded),
                                   gradient.out(d.size()));
  gradient.check_whole_sectors(2 * d.size(), 1.001);

  const SliceDims part{.rows = 400, .C = 32, .C_whole = 160, .offset = 96};
  Traffic write("write_slice"), read("read_slice");
  write.ops().write_slice(write.stream(), part, write.in(part.part_size()),
                          write.out(part.whole_size()));
  write.check_whole_sectors(2 * part.part_size(), 1.001);
  read.ops().read_slice(read.stream(), part, read.in(part.whole_size()),
                        read.out(part.part_size()));
  read.check_whole_sectors(2 * part.part_size(), 1.001);
}

TEST_CASE("traffic: channel scaling moves each number once") {
  for (const ImageDims& d : {ImageDims{2, 30, 31, 32}, ImageDims{3, 7, 7, 240}}) {
    const std::int64_t scales = std::int64_t{d.N} * d.C;
    Traffic forward("channel_scale_forward " + str(d)),
        gradient("channel_scale_gradient " + str(d));
    forward.ops().channel_scale_forward(forward.stream(), d, forward.in(d.size()),
                                        forward.in(scales), forward.out(d.size()));
    forward.check(2 * d.size() + scales, 1.1);
    gradient.ops().channel_scale_gradient(gradient.stream(), d, gradient.in(d.size()),
                                          gradient.in(scales), gradient.in(d.size()),
                                          gradient.out(d.size()), gradient.out(scales));
    gradient.check_whole_sectors(3 * d.size() + 2 * scales, 1.1);
  }
}

// Of an image that stays upright a warp reads each byte once, a channel at a time; of one that is turned it
// gathers four bytes for each level, from as many rows as the warp's pixels come to lie in.
TEST_CASE("traffic: images") {
  const auto images = [](const char* what, int C, const ImageTransform& transform, double most) {
    const ImageDims d{1, 60, 64, C};
    const std::int64_t pixels = std::int64_t{d.N} * d.H * d.W;
    Traffic t(fmt::format("augment_image, {}, {}", what, str(d)));
    t.ops().augment_image(t.stream(), d, kTfPreprocessing, &transform, t.in_bytes(d.size()),
                          t.out(3 * pixels));
    t.check(Traffic::floats(d.size()) + 3 * pixels, most);
  };
  images("flipped", 1, {.flip_horizontal = true}, 1.1);
  images("flipped", 3, {.flip_horizontal = true}, 1.5);
  images("turned", 1, {.theta = 10, .zx = 1.1}, 3.2);
  images("turned", 3, {.theta = 10, .zx = 1.1}, 8);
  for (const int C : {1, 3})
    for (const int K : {1, 2, 3}) {
      const ImageDims d{2, 60, 64, C};
      const std::int64_t pixels = std::int64_t{d.N} * d.H * d.W;
      Preprocessing preprocessing = kTfPreprocessing;
      preprocessing.channels = K;
      Traffic t(fmt::format("normalize_image {} to {} channels", str(d), K));
      t.ops().normalize_image(t.stream(), d, preprocessing, t.in_bytes(d.size()),
                              t.out(K * pixels));
      t.check_whole_sectors(Traffic::floats(d.size()) + K * pixels, 1.001);
    }
}

}  // namespace
}  // namespace nanopneumo::test
