// A fast checksum of much data.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace nanopneumo {

/// XXH64 (Yann Collet, "xxHash fast digest algorithm", the format's specification 0.1.1): some gigabytes a
/// second, where FNV-1a does half of one. Not cryptographic. A sum of several texts is made by giving
/// each the sum before it as `seed`.
std::uint64_t xxh64(std::string_view bytes, std::uint64_t seed = 0);

/// The same of a text that comes piece by piece.
class Xxh64 {
 public:
  explicit Xxh64(std::uint64_t seed = 0);
  void add(std::string_view bytes);
  /// Of all that has been added.
  std::uint64_t sum() const;

 private:
  static constexpr std::size_t kStripe = 32;

  std::uint64_t seed_, length_ = 0;
  std::array<std::uint64_t, 4> lanes_;
  std::array<char, kStripe> rest_{};  ///< what fills no stripe yet
};

}  // namespace nanopneumo
