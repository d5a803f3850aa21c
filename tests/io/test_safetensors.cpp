#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "io/safetensors.h"
#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"
#include "tests/support/formula.h"

namespace nanopneumo::test {
namespace fs = std::filesystem;
namespace {

const std::vector<float>& kernel_values() {
  static const std::vector<float> values = formula_tensor("conv_kernel", {3, 3, 2, 4}, 0);
  return values;
}

fs::path write_sample(const TemporaryFolder& folder) {
  static const std::vector<float> step = {12.0f};
  const std::vector<NamedTensor> tensors = {{"conv/kernel", {3, 3, 2, 4}, kernel_values()},
                                            {"empty", {0, 4}, {}},
                                            {"adam/step", {}, step}};
  const fs::path path = folder.path() / "run.safetensors";
  write_safetensors(path, {{"epoch", "3"}, {"note", "\"quoted\"\n\u00e9"}}, tensors);
  return path;
}

std::string file_of(const std::string& header, std::size_t data_bytes) {
  const auto length = std::bit_cast<std::array<char, 8>>(std::uint64_t{header.size()});
  return std::string(length.data(), length.size()) + header + std::string(data_bytes, '\0');
}

std::string tensor_json(const std::string& dtype, const std::string& shape,
                        const std::string& offsets) {
  return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

TEST_CASE("a checkpoint is read back as it was written") {
  const TemporaryFolder folder;
  const SafetensorsFile file = read_safetensors(write_sample(folder));
  CHECK(file.metadata ==
        std::map<std::string, std::string>{{"epoch", "3"}, {"note", "\"quoted\"\n\u00e9"}});
  REQUIRE(file.tensors.size() == 3);
  CHECK(file.tensors[0].name == "conv/kernel");
  CHECK(file.tensors[0].shape == Shape{3, 3, 2, 4});
  CHECK(file.tensors[0].values == kernel_values());
  REQUIRE(file.find("adam/step"));
  CHECK(file.find("adam/step")->values == std::vector<float>{12.0f});
  CHECK(file.find("adam/step")->shape == Shape{});
  REQUIRE(file.find("empty"));
  CHECK(file.find("empty")->values.empty());
  CHECK(file.find("conv/bias") == nullptr);
  count_cases();
}

TEST_CASE("a checkpoint keeps every bit of a value, NaN and negative zero too") {
  const TemporaryFolder folder;
  const std::vector<float> values = {-0.0f, std::numeric_limits<float>::denorm_min(),
                                     std::bit_cast<float>(0x7fc01234u),
                                     -std::numeric_limits<float>::infinity()};
  const fs::path path = folder.path() / "bits.safetensors";
  write_safetensors(path, {}, std::vector<NamedTensor>{{"x", {4}, values}});
  const SafetensorsFile file = read_safetensors(path);
  REQUIRE(file.tensors.size() == 1);
  for (std::size_t i = 0; i < values.size(); ++i)
    CHECK(std::bit_cast<std::uint32_t>(file.tensors[0].values[i]) ==
          std::bit_cast<std::uint32_t>(values[i]));
  count_cases();
}

TEST_CASE("the same input gives the same bytes, aligned as the format asks") {
  const TemporaryFolder one, two;
  const std::string bytes = file_content(write_sample(one));
  CHECK(bytes == file_content(write_sample(two)));
  std::array<char, 8> length{};
  std::copy_n(bytes.begin(), 8, length.begin());
  const auto header_bytes = std::bit_cast<std::uint64_t>(length);
  CHECK(header_bytes % 8 == 0);
  CHECK(bytes.size() == 8 + header_bytes + 4 * (72 + 1));
  CHECK(bytes.substr(8, 17) == "{\"__metadata__\":{");
  count_cases();
}

TEST_CASE("files of other programs, without checksums, are read") {
  const TemporaryFolder folder;
  const std::string header = R"({"b":)" + tensor_json("F32", "[2,1]", "[4,12]") + R"(,"a":)" +
                             tensor_json("F32", "[1]", "[0,4]") + "}   ";
  const SafetensorsFile file = read_safetensors(folder.file("a", file_of(header, 12)));
  REQUIRE(file.tensors.size() == 2);
  CHECK(file.tensors[0].name == "a");  // in the order of the data
  CHECK(file.tensors[1].shape == Shape{2, 1});
  CHECK(file.metadata.empty());
  CHECK(read_safetensors(folder.file("none", file_of("{}", 0))).tensors.empty());
  count_cases(2);
}

TEST_CASE("a tensor is refused when its name or shape does not fit") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "x.safetensors";
  const std::vector<float> two = {1, 2};
  const auto write = [&](const std::vector<NamedTensor>& tensors,
                         const std::map<std::string, std::string>& metadata = {}) {
    write_safetensors(path, metadata, tensors);
  };
  CHECK_THROWS_AS(write({{"a", {3}, two}}), ShapeError);
  CHECK_THROWS_AS(write({{"a", {2}, two}, {"a", {2}, two}}), ShapeError);
  CHECK_THROWS_AS(write({{"__metadata__", {2}, two}}), ShapeError);
  CHECK_THROWS_AS(write({{"a", {2}, two}}, {{"fnv1a64", "1"}}), ShapeError);
  CHECK(contains(input_error_of([&] { write({{"a\xff", {2}, two}}); }), "UTF-8"));
  CHECK(!fs::exists(path));
  count_cases(5);
}

TEST_CASE("every single flipped bit of a checkpoint is found, and the tensor named") {
  const TemporaryFolder folder;
  const std::string whole = file_content(write_sample(folder));
  const std::size_t data = whole.size() - 4 * 73;
  for (std::size_t byte = 0; byte < whole.size(); ++byte)
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = whole;
      bytes[byte] = static_cast<char>(bytes[byte] ^ (1 << bit));
      const fs::path path = folder.file("flipped", bytes);
      const std::string message = input_error_of([&] { read_safetensors(path); });
      const std::string named = byte < data         ? path.string()
                                : byte < data + 288 ? "tensor 'conv/kernel'"
                                                    : "tensor 'adam/step'";
      CHECK_MESSAGE(contains(message, named), "byte ", byte, " bit ", bit, ": ", message);
      count_cases();
    }
}

TEST_CASE("a checkpoint cut off anywhere is refused") {
  const TemporaryFolder folder;
  const std::string whole = file_content(write_sample(folder));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const fs::path path = folder.file("cut", whole.substr(0, length));
    CHECK(contains(input_error_of([&] { read_safetensors(path); }), path.string()));
    count_cases();
  }
  const fs::path longer = folder.file("longer", whole + "x");
  CHECK(contains(input_error_of([&] { read_safetensors(longer); }), "end at byte"));
}

TEST_CASE("hostile headers are refused with the cause") {
  struct Hostile {
    std::string header;
    std::size_t data_bytes;
    std::string cause;
  };
  const auto one = [](const std::string& dtype, const std::string& shape,
                      const std::string& offsets) {
    return R"({"a":)" + tensor_json(dtype, shape, offsets) + "}";
  };
  const std::string a_4 = R"("a":)" + tensor_json("F32", "[1]", "[0,4]");
  const std::vector<Hostile> files = {
      {"not json", 0, "no JSON"},
      {"", 0, "no JSON"},
      {"{} {}", 0, "no JSON"},
      {"{\"a\xff\":1}", 0, "no JSON"},
      {"[]", 0, "not an object"},
      {R"({"a":1e999})", 0, "number that is too large"},
      {R"({"a":1})", 0, "not described by"},
      {R"({"a":{"dtype":"F32","shape":[1]}})", 4, "not described by"},
      {R"({"__metadata__":{"a":1}})", 0, "not a string"},
      {R"({"__metadata__":[]})", 0, "__metadata__ is not an object"},
      {one("F16", "[2]", "[0,4]"), 4, "F16"},
      {one("Q\\u001b", "[2]", "[0,4]"), 4, "only F32"},
      {one("F32", "[2]", "[0,4]"), 4, "shape (2,) has 4 bytes"},
      {one("F32", "[1]", "[0,3]"), 3, "has 3 bytes"},
      {one("F32", "[-1]", "[0,4]"), 4, "not a length"},
      {one("F32", "[1.0]", "[0,4]"), 4, "not a length"},
      {one("F32", "[18446744073709551615]", "[0,4]"), 4, "not a length"},
      {one("F32", "[4294967296,4294967296]", "[0,0]"), 0, "more elements than can be counted"},
      {one("F32", "[4611686018427387905]", "[0,4]"), 4, "has 4 bytes"},
      {one("F32", "[1,1,1,1,1,1]", "[0,4]"), 4, "at most 5 axes"},
      {one("F32", "1", "[0,4]"), 4, "at most 5 axes"},
      {one("F32", "[1]", "[0,4,8]"), 8, "not two numbers"},
      {one("F32", "[1]", "[4,0]"), 4, "data_offsets [4, 0]"},
      {one("F32", "[1]", "[0,8]"), 4, "data_offsets [0, 8]"},
      {one("F32", "[1]", "[4,8]"), 8, "begins at 4 instead of 0"},
      {one("F32", "[1]", "[0,4]"), 8, "end at byte 4 of 8"},
      {"{" + a_4 + R"(,"b":)" + tensor_json("F32", "[1]", "[0,4]") + "}", 4, "overlap"},
      {"{" + a_4 + "," + a_4 + "}", 4, "'a' comes twice"},
      {R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4,
       "'dtype' comes twice"},
      {one("F32", std::string(100000, '['), "[0,4]"), 4, "nested too deeply"},
      {R"({"__metadata__":{"checksum":"fnv1a64","fnv1a64":"0123456789abcdef"},)" + a_4 + "}", 4,
       "checksum of its header"},
      {R"({"__metadata__":{"fnv1a64":"0123456789abcdef"},)" + a_4 + "}", 4,
       "its checksums are damaged"},
      {R"({"__metadata__":{"checksum":"fnv1a64"},)" + a_4 + "}", 4, "its checksums are damaged"}};
  const TemporaryFolder folder;
  for (const Hostile& hostile : files) {
    const fs::path path = folder.file("hostile", file_of(hostile.header, hostile.data_bytes));
    const std::string message = input_error_of([&] { read_safetensors(path); });
    CHECK(contains(message, path.string()));
    CHECK_MESSAGE(contains(message, hostile.cause), hostile.cause, " / ", message);
    count_cases();
  }
}

TEST_CASE("a length of the header that the file does not have is refused before it is allocated") {
  const TemporaryFolder folder;
  for (const std::uint64_t length :
       {std::uint64_t{17}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    const auto bytes = std::bit_cast<std::array<char, 8>>(length);
    const fs::path path =
        folder.file("short", std::string(bytes.data(), bytes.size()) + std::string(16, ' '));
    CHECK(contains(input_error_of([&] { read_safetensors(path); }), "16 follow"));
    count_cases();
  }
  CHECK(contains(input_error_of([&] { read_safetensors(folder.path()); }), "is a folder"));
  CHECK(
      contains(input_error_of([&] { read_safetensors(folder.path() / "no"); }), "does not exist"));
}

}  // namespace
}  // namespace nanopneumo::test
