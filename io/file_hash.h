// Cryptographic digests of files, by OpenSSL.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace nanopneumo {

/// What a file's content must add up to.
struct Digest {
  enum class Kind { md5, sha256 };
  Kind kind;
  std::string_view hex;  ///< in small letters
};

inline std::string_view name_of(Digest::Kind kind) {
  return kind == Digest::Kind::md5 ? "md5" : "sha256";
}

/// Whether file_hash has its OpenSSL: not in a build without it, and not on a machine without it.
bool file_hash_is_known();

/// The digest of the file's bytes in small hexadecimal letters. Throws InputError where the file cannot
/// be read, and where OpenSSL is missing.
std::string file_hash(const std::filesystem::path& file, Digest::Kind kind);

}  // namespace nanopneumo
