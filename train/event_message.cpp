#include "train/event_message.h"

#include <bit>

#include "io/png_encode.h"

namespace nanopneumo {
namespace {

static_assert(std::endian::native == std::endian::little,
              "numbers are written as they lie in memory");

/// A protobuf message that grows by fields.
class Message {
 public:
  void add_integer(int field, std::int64_t value) {
    key(field, 0);
    varint(static_cast<std::uint64_t>(value));
  }
  void add_double(int field, double value) {
    key(field, 1);
    fixed(value);
  }
  void add_bytes(int field, std::string_view bytes) {
    key(field, 2);
    varint(bytes.size());
    bytes_ += bytes;
  }
  void add_float(int field, float value) {
    key(field, 5);
    fixed(value);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void key(int field, int wire_type) { varint(static_cast<std::uint64_t>(field << 3 | wire_type)); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  template <class T>
  void fixed(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  std::string bytes_;
};

Message event_at(std::int64_t step) {
  Message event;
  event.add_double(1, static_cast<double>(step));
  event.add_integer(2, step);
  return event;
}

std::string summary_event(std::int64_t step, const Message& summary) {
  Message event = event_at(step);
  event.add_bytes(5, summary.bytes());
  return event.bytes();
}

}  // namespace

std::string version_event() {
  Message event = event_at(0);
  event.add_bytes(3, "brain.Event:2");
  return event.bytes();
}

std::string scalar_event(std::int64_t step, const std::vector<Scalar>& scalars) {
  Message summary;
  for (const Scalar& scalar : scalars) {
    Message value;
    value.add_bytes(1, scalar.tag);
    value.add_float(2, static_cast<float>(scalar.value));
    summary.add_bytes(1, value.bytes());
  }
  return summary_event(step, summary);
}

std::string image_event(std::int64_t step, std::string_view tag, const Image& image) {
  Message picture;
  picture.add_integer(1, image.height);
  picture.add_integer(2, image.width);
  picture.add_integer(3, image.channels);
  picture.add_bytes(4, encode_png(image));
  Message value, summary;
  value.add_bytes(1, tag);
  value.add_bytes(4, picture.bytes());
  summary.add_bytes(1, value.bytes());
  return summary_event(step, summary);
}

}  // namespace nanopneumo
