#include "io/xxh64.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace nanopneumo {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::uint64_t kPrime1 = 0x9E3779B185EBCA87, kPrime2 = 0xC2B2AE3D27D4EB4F,
                        kPrime3 = 0x165667B19E3779F9, kPrime4 = 0x85EBCA77C2B2AE63,
                        kPrime5 = 0x27D4EB2F165667C5;

/// Takes a number off the front of `bytes`.
template <class T>
T take(std::string_view& bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  bytes.remove_prefix(sizeof(T));
  return value;
}

std::uint64_t round(std::uint64_t accumulator, std::uint64_t lane) {
  return std::rotl(accumulator + lane * kPrime2, 31) * kPrime1;
}

/// The next stripe of 32 bytes.
void add_stripe(std::array<std::uint64_t, 4>& lanes, std::string_view& bytes) {
  for (std::uint64_t& lane : lanes) lane = round(lane, take<std::uint64_t>(bytes));
}

std::uint64_t merged(const std::array<std::uint64_t, 4>& lanes) {
  std::uint64_t sum = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) +
                      std::rotl(lanes[3], 18);
  for (const std::uint64_t lane : lanes) sum = (sum ^ round(0, lane)) * kPrime1 + kPrime4;
  return sum;
}

}  // namespace

Xxh64::Xxh64(std::uint64_t seed)
    : seed_(seed), lanes_{seed + kPrime1 + kPrime2, seed + kPrime2, seed, seed - kPrime1} {}

void Xxh64::add(std::string_view bytes) {
  const std::size_t held = length_ % kStripe;
  length_ += bytes.size();
  if (held > 0) {
    const std::string_view first = bytes.substr(0, kStripe - held);
    std::ranges::copy(first, rest_.begin() + static_cast<std::ptrdiff_t>(held));
    bytes.remove_prefix(first.size());
    if (held + first.size() < kStripe) return;
    std::string_view stripe(rest_.data(), kStripe);
    add_stripe(lanes_, stripe);
  }
  while (bytes.size() >= kStripe) add_stripe(lanes_, bytes);
  std::ranges::copy(bytes, rest_.begin());
}

std::uint64_t Xxh64::sum() const {
  std::string_view bytes(rest_.data(), length_ % kStripe);
  std::uint64_t sum = (length_ >= kStripe ? merged(lanes_) : seed_ + kPrime5) + length_;
  while (bytes.size() >= 8)
    sum = std::rotl(sum ^ round(0, take<std::uint64_t>(bytes)), 27) * kPrime1 + kPrime4;
  if (bytes.size() >= 4)
    sum = std::rotl(sum ^ (take<std::uint32_t>(bytes) * kPrime1), 23) * kPrime2 + kPrime3;
  while (!bytes.empty())
    sum = std::rotl(sum ^ (take<unsigned char>(bytes) * kPrime5), 11) * kPrime1;
  sum = (sum ^ (sum >> 33)) * kPrime2;
  sum = (sum ^ (sum >> 29)) * kPrime3;
  return sum ^ (sum >> 32);
}

std::uint64_t xxh64(std::string_view bytes, std::uint64_t seed) {
  Xxh64 whole(seed);
  whole.add(bytes);
  return whole.sum();
}

}  // namespace nanopneumo
