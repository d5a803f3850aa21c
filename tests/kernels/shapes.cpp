#include "tests/kernels/shapes.h"

#include <fmt/format.h>

#include <array>

namespace nanopneumo::test {
namespace {

constexpr Padding2D all(int pad) { return {pad, pad, pad, pad}; }

constexpr std::array kAwkwardConv = {
    ConvDims{1, 1, 1, 1, 1, {1, 1, 1, 1, {}}},
    ConvDims{1, 5, 7, 1, 3, {3, 3, 1, 1, all(1)}},
    ConvDims{2, 7, 5, 3, 17, {3, 3, 2, 2, {0, 1, 0, 1}}},
    ConvDims{1, 9, 9, 3, 8, {7, 7, 2, 2, all(3)}},
    ConvDims{3, 6, 6, 16, 16, {1, 1, 1, 1, {}}},
    ConvDims{2, 6, 7, 16, 32, {1, 1, 2, 2, {}}},
    ConvDims{2, 5, 5, 33, 31, {1, 1, 1, 1, {}}},
    ConvDims{1, 3, 3, 5, 7, {3, 3, 1, 1, {}}},
    ConvDims{2, 1, 9, 4, 6, {1, 7, 1, 1, {0, 0, 3, 3}}},
    ConvDims{2, 9, 1, 4, 6, {7, 1, 1, 1, {3, 3, 0, 0}}},
    ConvDims{1, 8, 8, 3, 32, {3, 3, 2, 2, {}}},
    ConvDims{1, 4, 4, 2, 2, {5, 5, 1, 1, all(2)}},
    ConvDims{1, 2, 3, 3, 4, {5, 6, 2, 3, {2, 3, 1, 4}}},
    ConvDims{1, 11, 6, 7, 9, {3, 2, 3, 1, {0, 0, 1, 0}}},
    ConvDims{2, 8, 8, 16, 1, {3, 3, 1, 1, all(1)}},
    ConvDims{1, 10, 10, 64, 48, {5, 5, 1, 1, all(2)}},
    ConvDims{4, 7, 7, 130, 67, {1, 1, 1, 1, {}}},
    ConvDims{1, 12, 12, 4, 4, {2, 2, 2, 2, {}}},
    ConvDims{1, 10, 11, 3, 4, {3, 3, 4, 4, {}}},
    ConvDims{1, 6, 6, 2, 3, {3, 3, 2, 2, {2, 0, 0, 2}}},
    ConvDims{1, 1, 8, 3, 5, {1, 3, 1, 2, {0, 0, 0, 1}}},
    ConvDims{1, 8, 1, 3, 5, {3, 1, 2, 1, {1, 0, 0, 0}}},
    ConvDims{2, 20, 20, 64, 64, {3, 3, 1, 1, all(1)}},
    ConvDims{1, 33, 31, 3, 32, {3, 3, 2, 2, {0, 1, 1, 1}}},
    // Outputs so large that a device may want to take the batch in parts, and unequal ones.
    ConvDims{5, 64, 64, 2, 40, {3, 3, 1, 1, all(1)}},
    ConvDims{3, 80, 70, 8, 48, {1, 1, 1, 1, {}}},
};

constexpr std::array kAwkwardChannelwise = {
    ChannelwiseDims{1, 1, 1, 1, {1, 1, 1, 1, {}}},
    ChannelwiseDims{1, 5, 7, 1, {3, 3, 1, 1, all(1)}},
    ChannelwiseDims{2, 7, 5, 3, {3, 3, 2, 2, {0, 1, 0, 1}}},
    ChannelwiseDims{1, 9, 9, 8, {2, 2, 2, 2, {}}},
    ChannelwiseDims{3, 6, 6, 16, {3, 3, 2, 2, all(1)}},
    ChannelwiseDims{1, 3, 3, 5, {3, 3, 1, 1, {}}},
    ChannelwiseDims{2, 1, 9, 4, {1, 3, 1, 2, {0, 0, 1, 1}}},
    ChannelwiseDims{2, 9, 1, 4, {3, 1, 2, 1, {1, 1, 0, 0}}},
    ChannelwiseDims{1, 4, 4, 33, {5, 5, 1, 1, all(2)}},
    ChannelwiseDims{1, 2, 3, 7, {5, 6, 2, 3, {2, 3, 1, 4}}},
    ChannelwiseDims{1, 10, 11, 3, {3, 3, 4, 4, {}}},
    ChannelwiseDims{1, 6, 6, 2, {3, 3, 2, 2, {2, 0, 0, 2}}},
    ChannelwiseDims{1, 14, 14, 9, {13, 14, 1, 1, {6, 6, 7, 7}}},
    ChannelwiseDims{2, 6, 7, 16, {1, 1, 2, 2, {}}},
    ChannelwiseDims{2, 15, 17, 130, {3, 3, 1, 1, all(1)}},
    ChannelwiseDims{1, 32, 32, 64, {3, 3, 2, 2, {0, 1, 0, 1}}},
    ChannelwiseDims{2, 7, 8, 37, {2, 2, 2, 2, {}}},
    ChannelwiseDims{1, 8, 9, 20, {2, 2, 3, 4, {}}},
    ChannelwiseDims{5, 64, 64, 40, {3, 3, 1, 1, all(1)}},
    // The windows of EfficientNet and of the pools, on images that end within a tile of outputs.
    ChannelwiseDims{1, 19, 21, 8, {5, 5, 1, 1, all(2)}},
    ChannelwiseDims{2, 21, 18, 12, {5, 5, 2, 2, {1, 2, 1, 2}}},
    ChannelwiseDims{1, 13, 18, 36, {3, 3, 1, 1, {1, 0, 0, 1}}},
    ChannelwiseDims{3, 11, 17, 12, {3, 3, 2, 2, {1, 1, 0, 2}}},
    ChannelwiseDims{2, 9, 13, 20, {2, 2, 2, 2, {1, 0, 0, 1}}},
};

/// A window that fits on an H x W image and never lies wholly in the padding.
Window random_window(CaseRandom& random, int H, int W) {
  for (;;) {
    const int R = random.integer(1, 5), S = random.integer(1, 5);
    const Window window{R,
                        S,
                        random.integer(1, 3),
                        random.integer(1, 3),
                        {random.integer(0, R - 1), random.integer(0, R - 1),
                         random.integer(0, S - 1), random.integer(0, S - 1)}};
    if (H + window.pad.top + window.pad.bottom >= R && W + window.pad.left + window.pad.right >= S)
      return window;
  }
}

std::string str(const Window& w) {
  return fmt::format("{}x{} stride {},{} pad {},{},{},{}", w.R, w.S, w.stride_h, w.stride_w,
                     w.pad.top, w.pad.bottom, w.pad.left, w.pad.right);
}

}  // namespace

ConvDims conv_dims(int index, CaseRandom& random) {
  if (index / 2 < static_cast<int>(kAwkwardConv.size()))
    return kAwkwardConv[static_cast<std::size_t>(index / 2)];
  const int H = random.integer(1, 14), W = random.integer(1, 14);
  return {random.integer(1, 3),       H, W, random.integer(1, 40), random.integer(1, 40),
          random_window(random, H, W)};
}

ChannelwiseDims channelwise_dims(int index, CaseRandom& random) {
  if (index / 2 < static_cast<int>(kAwkwardChannelwise.size()))
    return kAwkwardChannelwise[static_cast<std::size_t>(index / 2)];
  const int H = random.integer(1, 14), W = random.integer(1, 14);
  return {random.integer(1, 3), H, W, random.integer(1, 70), random_window(random, H, W)};
}

RowsDims rows_dims(int index, CaseRandom& random) {
  constexpr std::array kAwkward = {RowsDims{1, 1},     RowsDims{1, 17},   RowsDims{2, 1},
                                   RowsDims{3, 5},     RowsDims{4096, 1}, RowsDims{7, 130},
                                   RowsDims{1000, 16}, RowsDims{2, 1025}, RowsDims{70001, 1},
                                   RowsDims{9001, 16}};
  if (index / 2 < static_cast<int>(kAwkward.size()))
    return kAwkward[static_cast<std::size_t>(index / 2)];
  return {random.integer(1, 300), random.integer(1, 80)};
}

std::int64_t element_count(int index, CaseRandom& random) {
  constexpr std::array kAwkward = {1,  2,  3,  7,  8,    9,    15,    16,    17,    31,
                                   33, 63, 64, 65, 1023, 1025, 16385, 70001, 150001};
  if (index < static_cast<int>(kAwkward.size())) return kAwkward[static_cast<std::size_t>(index)];
  return random.integer(1, 5000);
}

Activation any_activation(CaseRandom& random) {
  constexpr std::array kAll = {Activation::none, Activation::relu, Activation::relu6,
                               Activation::sigmoid, Activation::swish};
  return kAll[static_cast<std::size_t>(random.integer(0, kAll.size() - 1))];
}

bool is_piecewise_linear(Activation activation) {
  return activation != Activation::sigmoid && activation != Activation::swish;
}

std::string str(const ConvDims& d) {
  return fmt::format("N {} H {} W {} C {} K {} ", d.N, d.H, d.W, d.C, d.K) + str(d.window);
}

std::string str(const ChannelwiseDims& d) {
  return fmt::format("N {} H {} W {} C {} ", d.N, d.H, d.W, d.C) + str(d.window);
}

std::string str(const RowsDims& d) { return fmt::format("rows {} C {}", d.rows, d.C); }

std::string str(const ImageDims& d) {
  return fmt::format("N {} H {} W {} C {}", d.N, d.H, d.W, d.C);
}

}  // namespace nanopneumo::test
