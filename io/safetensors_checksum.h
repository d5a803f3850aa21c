// Checksums of a safetensors file: one of the header's content, one of each tensor's values.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/shape.h"

namespace nanopneumo {

/// Two metadata entries, so that a flipped bit in one key cannot pass for a file without checksums:
/// "checksum": "fnv1a64" and "fnv1a64": the checksums separated by blanks, the header's first.
inline constexpr std::string_view kChecksumKindKey = "checksum";
inline constexpr std::string_view kChecksumKind = "fnv1a64";

/// FNV-1a with 64 bits (Fowler, Noll, Vo; RFC 9923). Every step is a bijection of the state, so any
/// change within one byte changes the result; other changes are missed with probability 2^-64.
class Checksum {
 public:
  static constexpr std::uint64_t kStart = 0xcbf29ce484222325, kPrime = 0x100000001b3;

  void add(std::string_view bytes) {
    for (const char byte : bytes) {
      state_ ^= static_cast<unsigned char>(byte);
      state_ *= kPrime;
    }
  }
  /// A text after its length, so that where it ends counts too.
  void add_text(std::string_view text);
  void add_number(std::uint64_t number);
  void add_metadata(const std::map<std::string, std::string>& metadata);
  void add_tensor(std::string_view name, const Shape& shape);

  std::string hex() const;  ///< 16 digits

 private:
  std::uint64_t state_ = kStart;
};

/// The bytes of float32 values in memory, which is their order in the file too.
std::string_view bytes_of(std::span<const float> values);

/// The checksum of each tensor's values, as 16 hex digits. Several are summed at a time: each byte of one
/// waits for the multiplication of the byte before, and others fill that time.
std::vector<std::string> checksums_of(std::span<const std::span<const float>> tensors);

}  // namespace nanopneumo
