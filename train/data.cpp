#include "train/data.h"

#include <algorithm>

#include "io/dataset_files.h"
#include "io/file_bytes.h"
#include "io/phantoms.h"
#include "io/safetensors_checksum.h"
#include "io/xxh64.h"
#include "layers/random_streams.h"

namespace nanopneumo {
namespace {

TrainingData make_phantom_data(const Config& config, int threads, const LoadProgress& progress) {
  const int validation = std::max(config.phantoms / 4, 2);
  const std::int64_t total = std::int64_t{config.phantoms} + validation;
  std::int64_t before = 0;
  const auto draw = [&](int count, std::uint32_t stream) {
    ImageSet images = make_phantoms(count, config.image_height, config.image_width, config.seed,
                                    stream, threads, [&](std::int64_t done, std::int64_t) {
                                      if (progress) progress(before + done, total);
                                    });
    before += count;
    return images;
  };
  TrainingData data{.classes = {kPhantomClasses.begin(), kPhantomClasses.end()},
                    .train = draw(config.phantoms, kPhantomStream),
                    .validation = draw(validation, kPhantomTestStream),
                    .train_source = "phantoms",
                    .validation_source = "other phantoms",
                    .notes = {},
                    .phantoms = true};
  data.checksum = fingerprint(data);
  return data;
}

/// Under the paper's protocol the names do not decide what is in which part: there the fingerprint of
/// the pictures guards a resumed run.
void check_split(const Config& config, const Split& found) {
  const Protocol& protocol = config.protocol;
  if (!protocol.is_honest() || protocol.split.empty() || protocol.split == found.hash()) return;
  throw_input_error(
      "the files in {} are no longer those that the run's split.csv lists; put them back as they "
      "were or start a new run",
      shown(config.data));
}

}  // namespace

TrainingData load_training_data(const Config& config, int loader_threads,
                                const LoadProgress& progress) {
  if (config.data.empty()) return make_phantom_data(config, loader_threads, progress);
  Split files = split_dataset(config.data, config.protocol, config.validation_split, loader_threads,
                              [&](std::int64_t, std::int64_t) {
                                if (progress) progress(0, 0);
                              });
  check_split(config, files);
  const auto total = static_cast<std::int64_t>(files.train.size() + files.validation.size());
  std::int64_t before = 0;
  const auto load = [&](std::span<const LabelledFile> part) {
    ImageSet images =
        load_images(part, config.image_height, config.image_width, config.interpolation,
                    loader_threads, [&](std::int64_t done, std::int64_t) {
                      if (progress) progress(before + done, total);
                    });
    before += static_cast<std::int64_t>(part.size());
    return images;
  };
  TrainingData data{.classes = files.classes,
                    .train = load(files.train),
                    .validation = {},
                    .train_source = files.train_source,
                    .validation_source = files.validation_source,
                    .notes = files.notes};
  data.validation = load(files.validation);
  data.split = std::move(files);
  data.checksum = fingerprint(data);
  return data;
}

std::string fingerprint(const TrainingData& data) {
  std::uint64_t sum = 0;
  for (const ImageSet* images : {&data.train, &data.validation}) {
    sum = xxh64(fmt::format("{} {} {} {} ", images->size(), images->height, images->width,
                            images->channels),
                sum);
    for (const std::span<const std::uint8_t> bytes :
         {std::span<const std::uint8_t>(images->labels),
          std::span<const std::uint8_t>(images->pixels)})
      sum = xxh64({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, sum);
  }
  return fmt::format("xxh64-{:016x}", sum);
}

std::string earlier_fingerprint(const TrainingData& data) {
  Checksum checksum;
  for (const ImageSet* images : {&data.train, &data.validation}) {
    for (const int length : {images->height, images->width, images->channels})
      checksum.add_number(static_cast<std::uint64_t>(length));
    for (const std::span<const std::uint8_t> bytes :
         {std::span<const std::uint8_t>(images->labels),
          std::span<const std::uint8_t>(images->pixels)})
      checksum.add_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  return checksum.hex();
}

std::int64_t count_positives(const ImageSet& images) {
  return std::ranges::count(images.labels, std::uint8_t{1});
}

}  // namespace nanopneumo
