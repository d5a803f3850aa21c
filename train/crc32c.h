// The checksum of TFRecord files.
#pragma once

#include <cstdint>
#include <string_view>

namespace nanopneumo {

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4).
std::uint32_t crc32c(std::string_view bytes);

/// The same as TFRecord files hold it: rotated by 15 bits and with a constant added, so that the checksum
/// of bytes that hold a checksum is no special case.
std::uint32_t masked_crc32c(std::string_view bytes);

}  // namespace nanopneumo
