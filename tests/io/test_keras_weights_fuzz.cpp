// Thousands of damaged weight files. libhdf5 1.10 is not built for hostile files, so each is read
// in a child process with limits on its time and memory.
#include <doctest/doctest.h>

#include <chrono>
#include <cstring>
#include <functional>

#include "io/keras_inspect.h"
#include "kernels/philox.h"
#include "tests/io/keras_files.h"
#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/io/two_layers.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"
#include "tests/support/manifest.h"

namespace nanopneumo::test {
namespace fs = std::filesystem;
namespace {

/// Random numbers that belong to one damaged file.
class Draw {
 public:
  explicit Draw(std::uint32_t file) : key_{20240607, 0, file} {}
  std::size_t below(std::size_t bound) {
    return std::min(bound - 1, static_cast<std::size_t>(random_uniform_double(key_, element_++) *
                                                        static_cast<double>(bound)));
  }

 private:
  RandomKey key_;
  std::uint64_t element_ = 0;
};

void flip_bit(std::string& bytes, std::size_t position, Draw& draw) {
  bytes[position] = static_cast<char>(bytes[position] ^ (1 << draw.below(8)));
}

/// `bytes` with one flipped bit, several in one neighbourhood, an extreme number in place of eight
/// bytes, or without their end.
std::string damaged(std::string bytes, std::uint32_t number) {
  Draw draw(number);
  const std::size_t position = draw.below(bytes.size());
  switch (draw.below(5)) {
    case 0:
    case 1:
      flip_bit(bytes, position, draw);
      break;
    case 2:
      for (std::size_t flips = 2 + draw.below(6); flips > 0; --flips)
        flip_bit(bytes, std::min(bytes.size() - 1, position + draw.below(64)), draw);
      break;
    case 3: {
      constexpr std::uint64_t kExtremes[] = {0, 1, 0x7fffffff, 0xffffffff, 1ull << 62, ~0ull};
      const std::uint64_t extreme = kExtremes[draw.below(std::size(kExtremes))];
      const std::size_t start = position / 8 * 8;
      std::memcpy(bytes.data() + start, &extreme, std::min<std::size_t>(8, bytes.size() - start));
      break;
    }
    default:
      bytes.resize(position);
  }
  return bytes;
}

/// Damages `whole` in `files` ways and has each of them read.
void fuzz(const std::string& whole, std::uint32_t files,
          const std::function<void(const fs::path&)>& read) {
  const TemporaryFolder folder;
  std::uint32_t refused = 0;
  for (std::uint32_t number = 0; number < files; ++number) {
    const fs::path path = folder.file("damaged.h5", damaged(whole, number));
    const auto start = std::chrono::steady_clock::now();
    // Any exception but InputError ends the test.
    const std::string message = input_error_of([&] { read(path); });
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    CHECK_MESSAGE(elapsed.count() < 60, "damaged file ", number);
    CHECK_MESSAGE((message.empty() || contains(message, path.string())), message);
    refused += !message.empty();
    count_cases();
  }
  CHECK(refused > files / 5);  // those without their end at least
}

TEST_CASE("damaged weight files are refused or load, and never crash or hang") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "two.h5";
  {
    Hdf5Writer writer(path);
    write_two_layer_names(writer);
    write_two_layer_tensors(writer);
  }
  fuzz(file_content(path), 1000,
       [](const fs::path& damaged) { read_keras_weights(damaged, "damaged", two_layers()); });
}

TEST_CASE("damaged files of Keras 3's layout are refused or load, and never crash or hang") {
  const ExpectedModel model = expected(keras_files_model());
  fuzz(file_content(keras3_file()), 500,
       [&](const fs::path& damaged) { read_keras_weights(damaged, model); });
}

TEST_CASE("damaged files are refused or listed by inspect, and never crash or hang") {
  const std::vector<ExpectedModel> models = {expected(keras_files_model())};
  for (const fs::path& file : {keras_legacy_file(), keras3_file()})
    fuzz(file_content(file), 300,
         [&](const fs::path& damaged) { describe_keras_file(damaged, models); });
}

TEST_CASE("damaged golden weight files are refused or load, and never crash or hang") {
  const std::uint32_t files = all_cases() ? 600 : 200;
  for (const std::string name : {"tiny_legacy_weights.h5", "tiny_vlen_attrs.h5",
                                 "tiny_latest_format.h5", "tiny_gzip_chunked.h5"}) {
    const auto path = shared_data("goldens/hdf5/" + name, files);
    if (!path) continue;
    INFO(name);
    const Manifest tiny = read_manifest(path->parent_path() / "tiny_manifest.json");
    fuzz(file_content(*path), files,
         [&](const fs::path& damaged) { read_keras_weights(damaged, "damaged", tiny.layers); });
  }
}

}  // namespace
}  // namespace nanopneumo::test
