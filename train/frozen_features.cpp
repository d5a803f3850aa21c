#include "train/frozen_features.h"

#include <algorithm>
#include <numeric>

#include "train/feature_key.h"

namespace nanopneumo {

FrozenFeatures::FrozenFeatures(const Network& network, const ImageSet& images,
                               std::int64_t most_bytes)
    : network_(network),
      batches_(network.device(), images, network.architecture().preprocessing),
      most_bytes_(most_bytes) {}

void FrozenFeatures::use(FeatureCache cache, std::string computed_on, Note note) {
  cache_ = std::move(cache);
  computed_on_ = std::move(computed_on);
  note_ = std::move(note);
}

Shape FrozenFeatures::row_shape() const {
  const auto cut = static_cast<std::size_t>(network_.trained_segment().first);
  return network_.graph().nodes()[cut].output;
}

bool FrozenFeatures::keeps() {
  update();
  return !is_known_.empty();
}

bool FrozenFeatures::complete() { return keeps() && known_ == images().size(); }

void FrozenFeatures::update() {
  if (version_ == network_.frozen_version()) return;
  version_ = network_.frozen_version();
  known_ = 0;
  values_ = {};
  is_known_ = {};
  if (network_.trained_segment().first == 0 || bytes() > most_bytes_) return;
  is_known_.assign(static_cast<std::size_t>(images().size()), false);
  if (!cache_.is_on()) return;
  key_ = feature_key(network_, images(), computed_on_);
  if (auto found = cache_.load(key_, row_shape().with_batch(images().size()), note_)) {
    values_ = std::move(*found);
    is_known_.flip();
    known_ = images().size();
  }
}

Tensor<float> FrozenFeatures::compute(std::span<const std::int64_t> which,
                                      std::span<const std::int64_t> next) {
  const Tensor<float> x = batches_.images(which, network_.channels_of(images().is_gray()));
  if (!next.empty()) batches_.prepare(next);
  return network_.frozen_output(x);
}

void FrozenFeatures::store(std::span<const std::int64_t> which, const Tensor<float>& rows) {
  const std::size_t size = row_size();
  if (values_.empty()) values_.resize(is_known_.size() * size);
  const std::vector<float> host = rows.to_host();
  auto from = host.begin();
  for (const std::int64_t i : which) {
    const auto n = static_cast<std::size_t>(i);
    const auto end = from + static_cast<std::ptrdiff_t>(size);
    std::copy(from, end, values_.begin() + static_cast<std::ptrdiff_t>(n * size));
    from = end;
    known_ += !is_known_[n];
    is_known_[n] = true;
  }
  if (known_ == images().size() && cache_.is_on())
    cache_.save(key_, row_shape().with_batch(known_), values_, note_);
}

Tensor<float> FrozenFeatures::rows(std::span<const std::int64_t> which,
                                   std::span<const std::int64_t> next) {
  const bool keep = keeps();
  const auto is_known = [&](std::int64_t i) { return is_known_[static_cast<std::size_t>(i)]; };
  if (!keep || !std::ranges::all_of(which, is_known)) {
    Tensor<float> computed = compute(which, next);
    if (keep) store(which, computed);
    return computed;
  }
  const std::size_t size = row_size();
  std::vector<float> rows;
  rows.reserve(which.size() * size);
  for (const std::int64_t i : which) {
    const auto row =
        values_.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(i) * size);
    rows.insert(rows.end(), row, row + static_cast<std::ptrdiff_t>(size));
  }
  return Tensor<float>::from_host(
      network_.device(), row_shape().with_batch(static_cast<std::int64_t>(which.size())), rows);
}

bool FrozenFeatures::compute_all(int batch, const WorkProgress& progress) {
  if (!keeps() || complete()) return true;
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(images().size()));
  std::iota(numbers.begin(), numbers.end(), 0);
  const auto batch_from = [&](std::size_t first) {
    const std::size_t begin = std::min(first, numbers.size());
    return std::span(numbers).subspan(
        begin, std::min(numbers.size() - begin, static_cast<std::size_t>(batch)));
  };
  for (std::size_t done = 0; done < numbers.size();) {
    const std::span<const std::int64_t> which = batch_from(done);
    rows(which, batch_from(done + which.size()));
    done += which.size();
    if (!progress(static_cast<std::int64_t>(done), images().size())) return false;
  }
  return true;
}

}  // namespace nanopneumo
