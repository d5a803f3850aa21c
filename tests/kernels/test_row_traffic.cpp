// What the elementwise and row operations of the GPU move between multiprocessors and L2, over all
// launches, as a multiple of what they have to: each input read once, each output written once.
#include <doctest/doctest.h>

#include "tests/kernels/shapes.h"
#include "tests/kernels/traffic.h"

namespace nanopneumo::test {
namespace {

constexpr std::int64_t n = 40003;

TEST_CASE("traffic: elementwise operations move each number once") {
  for (const int skew : {0, 1, 4}) {
    const auto run = [&](const std::string& name, std::int64_t arrays, auto call) {
      Traffic t(fmt::format("{}, {} floats past a boundary", name, skew));
      call(t);
      if (skew == 0)
        t.check_whole_sectors(arrays * n, 1.001);
      else  // but for the single elements at both ends
        t.check(arrays * n, 1.001);
    };
    run("add", 3, [=](Traffic& t) {
      t.ops().add(t.stream(), n, t.in(n, skew), t.in(n, skew), t.out(n, skew));
    });
    run("fill", 1, [=](Traffic& t) { t.ops().fill(t.stream(), n, 1, t.out(n, skew)); });
    run("clip", 2,
        [=](Traffic& t) { t.ops().clip(t.stream(), n, 0.5f, t.in(n, skew), t.out(n, skew)); });
    run("relu6_gradient", 3, [=](Traffic& t) {
      t.ops().relu6_gradient(t.stream(), n, t.in(n, skew), t.in(n, skew), t.out(n, skew));
    });
    run("sigmoid_forward, in place", 2, [=](Traffic& t) {
      float* x = t.in(n, skew);
      t.ops().sigmoid_forward(t.stream(), n, x, x);
    });
    run("adam", 7, [=](Traffic& t) {
      t.ops().adam(t.stream(), n, {}, t.in(n, skew), t.in(n, skew), t.in(n, skew), t.in(n, skew));
    });
  }
}

// A warp's 32 floats then touch 5 sectors instead of 4 where an array does not start on a boundary.
TEST_CASE("traffic: arrays that are aligned differently") {
  Traffic add("add, one input skewed");
  add.ops().add(add.stream(), n, add.in(n, 1), add.in(n), add.out(n));
  add.check(3 * n, 1.1);
  Traffic dropout("dropout, input skewed");
  dropout.ops().dropout(dropout.stream(), n, 0.3, {}, dropout.in(n, 1), dropout.out(n));
  dropout.check(2 * n, 1.13);
}

TEST_CASE("traffic: dropout moves each number once") {
  Traffic t("dropout");
  t.ops().dropout(t.stream(), n, 0.3, {}, t.in(n), t.out(n));
  t.check_whole_sectors(2 * n, 1.001);
}

TEST_CASE("traffic: binary cross-entropy moves each number once") {
  Traffic forward("bce_with_logits_forward"), gradient("bce_with_logits_gradient");
  forward.ops().bce_with_logits_forward(forward.stream(), 4096, forward.in(4096), forward.in(4096),
                                        forward.in(4096), forward.out(1));
  forward.check_whole_sectors(3 * 4096, 1.01);
  // The scalar dloss is one sector for each warp beside 16 of each array.
  gradient.ops().bce_with_logits_gradient(gradient.stream(), 4096, gradient.in(4096),
                                          gradient.in(4096), gradient.in(4096), gradient.in(1),
                                          gradient.out(4096));
  gradient.check_whole_sectors(4 * 4096, 1.07);
}

/// Layers of MobileNet, ResNet50 and of a small network, with fewer rows; C = 13 has no vectors, and
/// its rows begin inside sectors.
constexpr RowsDims kLayers[] = {{8 * 28 * 28, 8}, {20000, 32}, {2000, 13}, {400, 1280}};

TEST_CASE("traffic: batch normalisation reads twice and writes once") {
  for (const RowsDims& d : kLayers) {
    const int C = d.C;
    const std::int64_t size = d.rows * C;
    Traffic forward("batch_norm_training, " + str(d));
    forward.ops().batch_norm_training(forward.stream(), d, 1e-3, forward.in(size), forward.in(C),
                                      forward.in(C), forward.out(size), forward.out(C),
                                      forward.out(C));
    forward.check(3 * size, 1.1);
    Traffic gradient("batch_norm_training_gradient, " + str(d));
    gradient.ops().batch_norm_training_gradient(
        gradient.stream(), d, 1e-3, gradient.in(size), gradient.in(C), gradient.in(C),
        gradient.in(C), gradient.in(size), gradient.out(size), gradient.out(C), gradient.out(C));
    gradient.check(5 * size, 1.1);
    Traffic inference("batch_norm_inference, " + str(d));
    inference.ops().batch_norm_inference(inference.stream(), d, 1e-3, inference.in(size),
                                         inference.in(C), inference.in(C), inference.in(C),
                                         inference.in(C), Activation::relu, inference.out(size));
    inference.check(2 * size, 1.1);
  }
}

// Softmax reads a row a second time, from the cache.
TEST_CASE("traffic: softmax reads twice and writes once") {
  for (const RowsDims& d : {RowsDims{4096, 2}, RowsDims{1000, 8}, RowsDims{64, 1000}}) {
    const std::int64_t size = d.rows * d.C;
    Traffic forward("softmax_forward, " + str(d)), gradient("softmax_gradient, " + str(d));
    forward.ops().softmax_forward(forward.stream(), d, forward.in(size), forward.out(size));
    forward.check_whole_sectors(3 * size, 1.001);
    gradient.ops().softmax_gradient(gradient.stream(), d, gradient.in(size), gradient.in(size),
                                    gradient.out(size));
    gradient.check_whole_sectors(5 * size, 1.001);
  }
}

TEST_CASE("traffic: global average pooling moves each number once") {
  for (const ImageDims& d : {ImageDims{4, 7, 7, 1024}, ImageDims{2, 60, 60, 48}}) {
    const std::int64_t pooled = std::int64_t{d.N} * d.C;
    Traffic forward("global_average_pool_forward, " + str(d)),
        gradient("global_average_pool_gradient, " + str(d));
    forward.ops().global_average_pool_forward(forward.stream(), d, forward.in(d.size()),
                                              forward.out(pooled));
    forward.check_whole_sectors(d.size() + pooled, 1.05);
    gradient.ops().global_average_pool_gradient(gradient.stream(), d, gradient.in(pooled),
                                                gradient.out(d.size()));
    gradient.check_whole_sectors(d.size() + pooled, 1.05);
  }
}

}  // namespace
}  // namespace nanopneumo::test
