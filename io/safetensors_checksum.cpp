#include "io/safetensors_checksum.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <numeric>

namespace nanopneumo {
namespace {

/// A tensor whose checksum is being computed; none where `sum` is null.
struct Lane {
  std::string_view rest{};
  std::string* sum = nullptr;  ///< where the result goes
  std::uint64_t state = Checksum::kStart;
};

/// Takes as many bytes of each lane as the shortest that has some has left; lanes without any take part
/// with bytes that do not count.
void advance(std::array<Lane, 5>& lanes) {
  std::size_t count = std::string_view::npos;
  for (const Lane& lane : lanes)
    if (!lane.rest.empty()) count = std::min(count, lane.rest.size());
  if (count == std::string_view::npos) return;
  const std::string_view* some = nullptr;
  for (const Lane& lane : lanes)
    if (!lane.rest.empty()) some = &lane.rest;
  std::array<const char*, 5> bytes{};
  std::array<std::uint64_t, 5> states{};
  for (std::size_t l = 0; l < lanes.size(); ++l) {
    bytes[l] = (lanes[l].rest.empty() ? *some : lanes[l].rest).data();
    states[l] = lanes[l].state;
  }
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t l = 0; l < states.size(); ++l)
      states[l] = (states[l] ^ static_cast<unsigned char>(bytes[l][i])) * Checksum::kPrime;
  for (std::size_t l = 0; l < lanes.size(); ++l) {
    if (lanes[l].rest.empty()) continue;
    lanes[l].state = states[l];
    lanes[l].rest.remove_prefix(count);
  }
}

}  // namespace

static_assert(std::endian::native == std::endian::little,
              "safetensors are little-endian and written as they lie in memory");

void Checksum::add_text(std::string_view text) {
  add_number(text.size());
  add(text);
}

void Checksum::add_number(std::uint64_t number) {
  const auto bytes = std::bit_cast<std::array<char, 8>>(number);
  add({bytes.data(), bytes.size()});
}

void Checksum::add_metadata(const std::map<std::string, std::string>& metadata) {
  add_number(metadata.size());
  for (const auto& [key, value] : metadata) {
    add_text(key);
    add_text(value);
  }
}

void Checksum::add_tensor(std::string_view name, const Shape& shape) {
  add_text(name);
  add_number(static_cast<std::uint64_t>(shape.rank()));
  for (const std::int64_t length : shape.lengths()) add_number(static_cast<std::uint64_t>(length));
}

std::string Checksum::hex() const { return fmt::format("{:016x}", state_); }

std::string_view bytes_of(std::span<const float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

std::vector<std::string> checksums_of(std::span<const std::span<const float>> tensors) {
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, std::greater(), [&](std::size_t i) { return tensors[i].size(); });
  std::vector<std::string> sums(tensors.size());
  std::array<Lane, 5> lanes;
  for (std::size_t next = 0;;) {
    for (Lane& lane : lanes) {
      if (!lane.rest.empty()) continue;
      if (lane.sum) *lane.sum = fmt::format("{:016x}", lane.state);
      lane = {};
      if (next < order.size()) {
        const std::size_t tensor = order[next++];
        lane = {.rest = bytes_of(tensors[tensor]), .sum = &sums[tensor]};
      }
    }
    if (std::ranges::all_of(lanes, [](const Lane& lane) { return !lane.sum; })) return sums;
    advance(lanes);
  }
}

}  // namespace nanopneumo
