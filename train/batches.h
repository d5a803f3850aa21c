// From images in memory to batches on the device.
#pragma once

#include <array>
#include <functional>
#include <future>
#include <memory>
#include <span>
#include <vector>

#include "io/image_set.h"
#include "kernels/preprocessing.h"
#include "train/augmentation.h"
#include "train/step.h"

namespace nanopneumo {

/// The order in which epoch number `epoch` goes through n images: a shuffle by the counter RNG.
std::vector<std::int64_t> epoch_order(std::int64_t n, std::uint64_t seed, std::uint32_t epoch);

/// Makes network input out of an ImageSet. What is drawn for an image depends on the seed, the
/// epoch and the image's number only.
class Batches {
 public:
  Batches(Device& device, const ImageSet& images, const Preprocessing& preprocessing);

  const ImageSet& image_set() const { return images_; }

  /// Begins to gather images number `which` and to copy them to the device, beside what either
  /// computes; the next call of images() or training() for the same ones finds them there.
  void prepare(std::span<const std::int64_t> which);

  // channels: of the result (Preprocessing::channels), as a network wants them (Network::channels_of).

  /// Images number `which`, as they are: (N, H, W, channels).
  Tensor<float> images(std::span<const std::int64_t> which, int channels = 3);

  /// Labels and class weights (undefined where both are 1) of images number `which`, without the images.
  LabelledBatch<float> labels(std::span<const std::int64_t> which,
                              const std::array<double, 2>& class_weights) const;

  /// Images number `which`, each with its transformation: (N, H, W, channels). ShapeError unless there is one for each.
  Tensor<float> transformed(std::span<const std::int64_t> which,
                            std::span<const ImageTransform> transforms, int channels = 3);

  /// Images number `which`, transformed at random within `ranges` for this epoch, with their labels
  /// and class weights.
  LabelledBatch<float> training(std::span<const std::int64_t> which,
                                const AugmentationRanges& ranges,
                                const std::array<double, 2>& class_weights, std::uint64_t seed,
                                std::uint32_t epoch, int channels = 3);

 private:
  using Issue = std::function<void(const std::uint8_t* pixels)>;

  /// The pixels of images number `which` on the way to the device.
  Upload& sent(std::span<const std::int64_t> which);
  /// Calls `issue` with them.
  void read_pixels(std::span<const std::int64_t> which, const Issue& issue);
  Preprocessing preprocessing(int channels) const;

  Device& device_;
  const ImageSet& images_;
  Preprocessing preprocessing_;
  std::array<std::unique_ptr<Upload>, 2> uploads_;  ///< one is read, the other prepared
  std::vector<std::int64_t> prepared_;              ///< what is on its way in the first
  std::future<void> preparation_;                   ///< ends before the uploads do
};

}  // namespace nanopneumo
