// What the frozen part of a network makes of images as they are, computed once.
#pragma once

#include <string>
#include <vector>

#include "train/batches.h"
#include "train/feature_cache.h"
#include "train/network.h"

namespace nanopneumo {

/// Told how far a long piece of work is; gives false to stop it.
using WorkProgress = std::function<bool(std::int64_t done, std::int64_t total)>;

/// The input of the trained part of `network` for the images of a set, without augmentation. Rows are
/// kept in host memory from when they are computed until the frozen part changes, as when fine-tuning
/// begins. Nothing is kept, and every request computed anew, where nothing is frozen, or where the rows
/// of the whole set would take more than a limit.
class FrozenFeatures {
 public:
  /// Pooled features take 2 to 8 KiB an image; what comes before the pooling, which is where
  /// fine-tuning cuts, up to some MiB.
  static constexpr std::int64_t kMostBytes = std::int64_t{256} << 20;

  /// `images` and `network` outlive this.
  FrozenFeatures(const Network& network, const ImageSet& images, std::int64_t most_bytes);

  /// Where rows may be found and are kept between runs. `computed_on` names what decides their last digits
  /// besides weights, pixels and model: device, threads, batch.
  void use(FeatureCache cache, std::string computed_on, Note note);

  const ImageSet& images() const { return batches_.image_set(); }
  const Network& network() const { return network_; }

  /// Whether rows are kept with the network as it is now.
  bool keeps();
  /// Whether all rows are there.
  bool complete();
  /// Bytes of all rows with the network as it is now.
  std::int64_t bytes() const { return bytes_of_rows(images(), row_shape()); }
  static std::int64_t bytes_of_rows(const ImageSet& images, const Shape& row) {
    return images.size() * row.elements() * static_cast<std::int64_t>(sizeof(float));
  }

  /// Computes the rows that are missing, `batch` images at a time in the set's order, which makes them the
  /// same whatever order they are asked for in. False where `progress` stopped it.
  bool compute_all(int batch, const WorkProgress& progress);

  /// The rows of images number `which`. Those of `next` will be wanted next.
  Tensor<float> rows(std::span<const std::int64_t> which, std::span<const std::int64_t> next = {});

 private:
  /// Forgets rows of a network that has changed; looks for them on disk.
  void update();
  Tensor<float> compute(std::span<const std::int64_t> which, std::span<const std::int64_t> next);
  void store(std::span<const std::int64_t> which, const Tensor<float>& rows);
  Shape row_shape() const;
  std::size_t row_size() const { return static_cast<std::size_t>(row_shape().elements()); }

  const Network& network_;
  Batches batches_;
  std::int64_t most_bytes_;
  FeatureCache cache_;
  std::string computed_on_, key_;
  Note note_;
  int version_ = -1;            ///< of the frozen part that the rows are of
  std::vector<float> values_;   ///< (images, row)
  std::vector<bool> is_known_;  ///< of each image
  std::int64_t known_ = 0;
};

}  // namespace nanopneumo
