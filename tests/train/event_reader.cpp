#include "tests/train/event_reader.h"

#include <doctest/doctest.h>

#include <cstring>

namespace nanopneumo::test {
namespace {

/// CRC-32C bit by bit, as a division of polynomials, then masked.
std::uint32_t slow_masked_crc(std::string_view bytes) {
  std::uint32_t crc = ~0u;
  for (const unsigned char byte : bytes)
    for (int bit = 0; bit < 8; ++bit) {
      const bool odd = ((crc ^ static_cast<unsigned>(byte >> bit)) & 1) != 0;
      crc = (crc >> 1) ^ (odd ? 0x82f63b78u : 0u);
    }
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

/// Takes values off the front of a message.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  bool done() const { return left_.empty(); }
  std::string_view take(std::size_t count) {
    REQUIRE(count <= left_.size());
    const std::string_view part = left_.substr(0, count);
    left_.remove_prefix(count);
    return part;
  }
  template <class T>
  T fixed() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    FAIL("a varint of more than ten bytes");
    return 0;
  }
  std::string_view bytes() { return take(varint()); }

 private:
  std::string_view left_;
};

void read_value(Reader value, ReadEvent& event) {
  std::string tag;
  while (!value.done()) switch (value.varint()) {
      case 1 << 3 | 2:
        tag = value.bytes();
        break;
      case 2 << 3 | 5:
        event.scalars[tag] = value.fixed<float>();
        break;
      case 4 << 3 | 2: {
        Reader image(value.bytes());
        for (const std::uint64_t key : {1 << 3, 2 << 3, 3 << 3}) {
          CHECK(image.varint() == key);
          CHECK(image.varint() > 0);
        }
        CHECK(image.varint() == (4 << 3 | 2));
        event.pictures[tag] = image.bytes();
        break;
      }
      default:
        FAIL("an unknown field of a value");
    }
}

ReadEvent read_event(Reader message) {
  ReadEvent event;
  while (!message.done()) switch (message.varint()) {
      case 1 << 3 | 1:
        event.wall_time = message.fixed<double>();
        break;
      case 2 << 3:
        event.step = static_cast<std::int64_t>(message.varint());
        break;
      case 3 << 3 | 2:
        event.file_version = message.bytes();
        break;
      case 5 << 3 | 2: {
        Reader summary(message.bytes());
        while (!summary.done()) {
          CHECK(summary.varint() == (1 << 3 | 2));
          read_value(Reader(summary.bytes()), event);
        }
        break;
      }
      default:
        FAIL("an unknown field of an event");
    }
  return event;
}

}  // namespace

std::vector<ReadEvent> read_events(std::string_view bytes) {
  std::vector<ReadEvent> events;
  Reader file(bytes);
  while (!file.done()) {
    const std::string_view length = file.take(8);
    CHECK(file.fixed<std::uint32_t>() == slow_masked_crc(length));
    const std::string_view data = file.take(Reader(length).fixed<std::uint64_t>());
    CHECK(file.fixed<std::uint32_t>() == slow_masked_crc(data));
    events.push_back(read_event(Reader(data)));
  }
  return events;
}

}  // namespace nanopneumo::test
