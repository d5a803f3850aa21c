#include <array>
#include <bit>
#include <nlohmann/json.hpp>
#include <set>

#include "io/atomic_file.h"
#include "io/file_bytes.h"
#include "io/safetensors.h"
#include "io/safetensors_checksum.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

void require_writable(const std::map<std::string, std::string>& metadata,
                      std::span<const NamedTensor> tensors) {
  for (const std::string_view key : {kChecksumKindKey, kChecksumKind})
    if (metadata.contains(std::string(key)))
      throw_shape_error("the metadata key '{}' belongs to the checksums", key);
  std::set<std::string_view> names = {"__metadata__"};
  for (const NamedTensor& tensor : tensors) {
    if (!names.insert(tensor.name).second)
      throw_shape_error("two tensors of a checkpoint are called '{}'", tensor.name);
    if (tensor.shape.elements() != static_cast<std::int64_t>(tensor.values.size()))
      throw_shape_error("tensor '{}' of shape {} is given {} values", tensor.name,
                        tensor.shape.str(), tensor.values.size());
  }
}

std::string checksums(const std::map<std::string, std::string>& metadata,
                      std::span<const NamedTensor> tensors) {
  Checksum header;
  header.add_metadata(metadata);
  for (const NamedTensor& tensor : tensors) header.add_tensor(tensor.name, tensor.shape);
  std::string result = header.hex();
  std::vector<std::span<const float>> values;
  for (const NamedTensor& tensor : tensors) values.push_back(tensor.values);
  for (const std::string& sum : checksums_of(values)) result.append(1, ' ').append(sum);
  return result;
}

/// The JSON header, padded with blanks so that the values start at a multiple of eight.
std::string header_text(const std::filesystem::path& path,
                        const std::map<std::string, std::string>& metadata,
                        std::span<const NamedTensor> tensors) {
  nlohmann::ordered_json header;
  header["__metadata__"] = metadata;
  header["__metadata__"][kChecksumKindKey] = kChecksumKind;
  header["__metadata__"][kChecksumKind] = checksums(metadata, tensors);
  std::size_t begin = 0;
  for (const NamedTensor& tensor : tensors) {
    const std::size_t end = begin + tensor.values.size_bytes();
    header[tensor.name] = {
        {"dtype", "F32"}, {"shape", tensor.shape.lengths()}, {"data_offsets", {begin, end}}};
    begin = end;
  }
  try {
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    return text;
  } catch (const nlohmann::json::type_error&) {
    throw_input_error(
        "{}: the checkpoint cannot be written: a name or a metadata entry is not valid UTF-8; "
        "rename it",
        shown(path));
  }
}

}  // namespace

void write_safetensors(const std::filesystem::path& path,
                       const std::map<std::string, std::string>& metadata,
                       std::span<const NamedTensor> tensors) {
  require_writable(metadata, tensors);
  const std::string header = header_text(path, metadata, tensors);
  const auto length = std::bit_cast<std::array<char, 8>>(std::uint64_t{header.size()});

  std::vector<std::string_view> parts{{length.data(), length.size()}, header};
  for (const NamedTensor& tensor : tensors) parts.push_back(bytes_of(tensor.values));
  write_file_atomically(path, parts);
}

}  // namespace nanopneumo
