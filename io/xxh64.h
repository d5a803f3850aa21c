// A fast checksum of much data.
#pragma once

#include <cstdint>
#include <string_view>

namespace nanopneumo {

/// XXH64 (Yann Collet, "xxHash fast digest algorithm", the format's specification 0.1.1): some gigabytes a
/// second, where FNV-1a does half of one. Not cryptographic. A sum of several texts is made by giving
/// each the sum before it as `seed`.
std::uint64_t xxh64(std::string_view bytes, std::uint64_t seed = 0);

}  // namespace nanopneumo
