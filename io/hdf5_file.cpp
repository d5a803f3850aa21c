#include "io/hdf5_file.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <string>
#include <string_view>

#include "io/file_bytes.h"
#include "io/input_file.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

std::string first_bytes(const std::filesystem::path& path) {
  std::string bytes(512, '\0');
  bytes.resize(InputFile(path).read(bytes));
  return bytes;
}

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool is_text(std::string_view bytes) {
  return std::ranges::all_of(
      bytes, [](unsigned char c) { return c >= 0x20 || c == '\n' || c == '\r' || c == '\t'; });
}

[[noreturn]] void explain_other_format(const std::filesystem::path& path,
                                       const std::string& bytes) {
  const std::string file = shown(path);
  if (bytes.starts_with("PK")) {
    const std::string_view first_member = std::string_view(bytes).substr(std::min<std::size_t>(
        bytes.size(), 30));  // its name follows the 30 bytes of the first ZIP entry's header
    if (first_member.starts_with("metadata.json") || first_member.starts_with("config.json") ||
        first_member.starts_with("model.weights.h5"))
      throw_input_error(
          "{0}: this is a Keras 3 .keras archive (ZIP), not an HDF5 weight file; convert it in "
          "Python with keras.models.load_model(\"{1}\").save(\"model.h5\") and give model.h5",
          file, path.filename().string());
    throw_input_error("{}: this is a ZIP archive, not an HDF5 file; unpack it first", file);
  }
  if (bytes.starts_with("\x1f\x8b"))
    throw_input_error("{}: this is gzip data, not an HDF5 file; unpack it with gunzip first", file);
  const std::string head = lower_case(bytes);
  if (head.find("<!doctype html") != std::string::npos || head.find("<html") != std::string::npos)
    throw_input_error(
        "{}: not an HDF5 file but an HTML page, as a failed download leaves it; download the file "
        "again",
        file);
  if (head.starts_with("version https://git-lfs"))
    throw_input_error(
        "{}: not an HDF5 file but a Git LFS pointer; fetch the real file with git lfs pull", file);
  throw_input_error("{}: not an HDF5 file but {}; give the .h5 weight file that Keras wrote", file,
                    is_text(bytes) ? "text" : "data without the HDF5 signature");
}

[[noreturn]] void explain_damage(const std::filesystem::path& path, const std::string& reason) {
  unsigned long long real = 0, base = 0, declared = 0;
  if (std::sscanf(reason.c_str(),
                  "truncated file: eof = %llu, sblock->base_addr = %llu, stored_eof = %llu", &real,
                  &base, &declared) == 3)
    throw_input_error(
        "{}: the file is truncated: it has {} bytes of the {} that its header declares; download "
        "or copy it again",
        shown(path), real, declared);
  throw_input_error("{}: the HDF5 file is damaged ({}); download or copy it again", shown(path),
                    reason);
}

}  // namespace

Hdf5FileHandle open_hdf5(const std::filesystem::path& path) {
  const std::string bytes = first_bytes(path);
  if (bytes.empty())
    throw_input_error("{}: the weight file is empty; download or copy it again", shown(path));
  // A user block may stand before the signature, so libhdf5 has the last word on other beginnings.
  if (!bytes.starts_with("\x89HDF\r\n\x1a\n") && H5Fis_hdf5(path.c_str()) <= 0)
    explain_other_format(path, bytes);

  const Hdf5Properties access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_file_locking(access.get(), false,
                      true);  // weights often lie on read-only or network disks
  Hdf5FileHandle opened(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()));
  if (!opened) explain_damage(path, hdf5_reason());
  return opened;
}

}  // namespace nanopneumo
