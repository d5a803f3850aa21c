#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <span>
#include <sstream>

#include "io/file_bytes.h"
#include "io/input_file.h"
#include "io/printable.h"
#include "io/safetensors.h"
#include "io/safetensors_checksum.h"
#include "io/safetensors_header.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

constexpr std::uint64_t kMostHeaderBytes = std::uint64_t{16} << 20;

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why) {
  throw_input_error("{}: {}; give another checkpoint", shown(path), why);
}

void read_all_of(const std::filesystem::path& path, const InputFile& file, std::span<char> bytes) {
  if (file.read(bytes) != bytes.size()) refuse(path, "the checkpoint cannot be read to its end");
}

/// Takes an entry out of the metadata; nothing where it has none.
std::optional<std::string> take(std::map<std::string, std::string>& metadata,
                                std::string_view key) {
  auto node = metadata.extract(std::string(key));
  if (!node) return std::nullopt;
  return std::move(node.mapped());
}

/// Verifies the checksums and takes them out of the metadata; a file without any has none to
/// verify.
void verify(const std::filesystem::path& path, SafetensorsFile& file) {
  const std::optional<std::string> kind = take(file.metadata, kChecksumKindKey);
  const std::optional<std::string> checksums = take(file.metadata, kChecksumKind);
  if (!kind && !checksums) return;
  if (kind != kChecksumKind || !checksums)
    refuse(path, "the checkpoint is damaged: its checksums are damaged themselves");
  std::istringstream list(*checksums);

  Checksum header;
  header.add_metadata(file.metadata);
  for (const LoadedTensor& tensor : file.tensors) header.add_tensor(tensor.name, tensor.shape);
  std::string stored;
  if (!(list >> stored) || stored != header.hex())
    refuse(path, "the checkpoint is damaged: the checksum of its header is wrong");
  std::vector<std::span<const float>> values;
  for (const LoadedTensor& tensor : file.tensors) values.emplace_back(tensor.values);
  const std::vector<std::string> sums = checksums_of(values);
  for (std::size_t i = 0; i < sums.size(); ++i)
    if (!(list >> stored) || stored != sums[i])
      refuse(path, "the checkpoint is damaged: the checksum of tensor '" +
                       printable(file.tensors[i].name) + "' is wrong");
  if (list >> stored) refuse(path, "the checkpoint is damaged: it has too many checksums");
}

}  // namespace

const LoadedTensor* SafetensorsFile::find(std::string_view name) const {
  const auto found = std::ranges::find(tensors, name, &LoadedTensor::name);
  return found == tensors.end() ? nullptr : &*found;
}

SafetensorsFile read_safetensors(const std::filesystem::path& path) {
  const InputFile input(path);
  const std::uint64_t size = input.size();
  std::array<char, 8> length_bytes{};
  if (size < length_bytes.size())
    refuse(path, fmt::format("a file of {} bytes is no safetensors checkpoint", size));
  read_all_of(path, input, length_bytes);
  const auto length = std::bit_cast<std::uint64_t>(length_bytes);
  const std::uint64_t rest = size - length_bytes.size();
  if (length > rest || length > kMostHeaderBytes)
    refuse(path, fmt::format("the checkpoint is truncated or not a safetensors file: its header "
                             "should have {} bytes, and {} follow",
                             length, rest));
  std::string text(length, '\0');
  read_all_of(path, input, text);

  SafetensorsHeader header = parse_safetensors_header(path, text, rest - length);
  SafetensorsFile file{std::move(header.metadata), {}};
  for (SafetensorsEntry& entry : header.entries) {
    LoadedTensor tensor{std::move(entry.name), entry.shape, {}};
    tensor.values.resize((entry.end - entry.begin) / sizeof(float));
    read_all_of(path, input,
                {reinterpret_cast<char*>(tensor.values.data()), entry.end - entry.begin});
    file.tensors.push_back(std::move(tensor));
  }
  verify(path, file);
  return file;
}

}  // namespace nanopneumo
