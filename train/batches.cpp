#include "train/batches.h"

#include <algorithm>
#include <numeric>

#include "layers/layer.h"
#include "layers/random_streams.h"
#include "tensor/errors.h"
#include "tensor/trace.h"

namespace nanopneumo {
namespace {

constexpr std::uint64_t kDrawsPerImage = 16;  // more than one transformation ever draws

ImageDims dims_of(const ImageSet& images, std::size_t n) {
  return {to_int(static_cast<std::int64_t>(n)), images.height, images.width, images.channels};
}

/// Puts the pixels of images number `which` one after the other and sends them off.
void gather(const ImageSet& images, std::span<const std::int64_t> which, Upload& upload) {
  const std::span<std::byte> pixels =
      upload.fill(which.size() * static_cast<std::size_t>(images.image_bytes()));
  auto to = pixels.begin();
  for (const std::int64_t i : which)
    to = std::ranges::copy(std::as_bytes(std::span(images.image(i))), to).out;
  upload.send();
}

}  // namespace

std::vector<std::int64_t> epoch_order(std::int64_t n, std::uint64_t seed, std::uint32_t epoch) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  const RandomKey key{seed, kShuffleStream, epoch};
  for (std::size_t i = order.size(); i > 1; --i) {  // Fisher & Yates
    const auto j = static_cast<std::size_t>(random_uniform_double(key, i) * static_cast<double>(i));
    std::swap(order[i - 1], order[j]);
  }
  return order;
}

Batches::Batches(Device& device, const ImageSet& images, const Preprocessing& preprocessing)
    : device_(device),
      images_(images),
      preprocessing_(preprocessing),
      uploads_{device.make_upload(), device.make_upload()} {}

void Batches::prepare(std::span<const std::int64_t> which) {
  if (preparation_.valid()) preparation_.get();
  prepared_.assign(which.begin(), which.end());
  preparation_ = std::async(std::launch::async, [this] {
    const TraceSpan span(device_, "gather", TraceSpan::Waits::no);
    gather(images_, prepared_, *uploads_[0]);
  });
}

Upload& Batches::sent(std::span<const std::int64_t> which) {
  if (!preparation_.valid() || !std::ranges::equal(which, prepared_)) prepare(which);
  preparation_.get();
  std::swap(uploads_[0], uploads_[1]);
  return *uploads_[1];
}

void Batches::read_pixels(std::span<const std::int64_t> which, const Issue& issue) {
  sent(which).read([&](const void* memory) { issue(static_cast<const std::uint8_t*>(memory)); });
}

Preprocessing Batches::preprocessing(int channels) const {
  Preprocessing result = preprocessing_;
  result.channels = channels;
  return result;
}

Tensor<float> Batches::images(std::span<const std::int64_t> which, int channels) {
  const ImageDims dims = dims_of(images_, which.size());
  Tensor<float> x(device_, {dims.N, dims.H, dims.W, channels});
  read_pixels(which, [&](const std::uint8_t* pixels) {
    const TraceSpan span(device_, "normalize");
    device_.kernels<float>().normalize_image(device_.stream(), dims, preprocessing(channels),
                                             pixels, x.data());
  });
  return x;
}

Tensor<float> Batches::transformed(std::span<const std::int64_t> which,
                                   std::span<const ImageTransform> transforms, int channels) {
  if (transforms.size() != which.size())
    throw_shape_error("{} transformations for {} images", transforms.size(), which.size());
  const ImageDims dims = dims_of(images_, which.size());
  Tensor<float> x(device_, {dims.N, dims.H, dims.W, channels});
  read_pixels(which, [&](const std::uint8_t* pixels) {
    const TraceSpan span(device_, "augment");
    device_.kernels<float>().augment_image(device_.stream(), dims, preprocessing(channels),
                                           transforms.data(), pixels, x.data());
  });
  return x;
}

LabelledBatch<float> Batches::labels(std::span<const std::int64_t> which,
                                     const std::array<double, 2>& class_weights) const {
  std::vector<float> labels, weights;
  for (const std::int64_t i : which) {
    const std::uint8_t label = images_.labels[static_cast<std::size_t>(i)];
    labels.push_back(label);
    weights.push_back(static_cast<float>(class_weights[label]));
  }
  const Shape n{static_cast<std::int64_t>(which.size())};
  LabelledBatch<float> batch;
  batch.labels = Tensor<float>::from_host(device_, n, labels);
  if (class_weights != std::array<double, 2>{1, 1})
    batch.weights = Tensor<float>::from_host(device_, n, weights);
  return batch;
}

LabelledBatch<float> Batches::training(std::span<const std::int64_t> which,
                                       const AugmentationRanges& ranges,
                                       const std::array<double, 2>& class_weights,
                                       std::uint64_t seed, std::uint32_t epoch, int channels) {
  LabelledBatch<float> batch = labels(which, class_weights);
  if (ranges.enabled()) {
    const RandomKey key{seed, kAugmentationStream, epoch};
    std::vector<ImageTransform> transforms;
    for (const std::int64_t i : which) {
      std::uint64_t draw = static_cast<std::uint64_t>(i) * kDrawsPerImage;
      transforms.push_back(draw_transform(ranges, images_.height, images_.width,
                                          [&] { return random_uniform_double(key, draw++); }));
    }
    batch.x = transformed(which, transforms, channels);
  } else {
    batch.x = images(which, channels);
  }
  return batch;
}

}  // namespace nanopneumo
