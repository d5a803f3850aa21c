#include "kernels/emulator/shared_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "kernels/emulator/asan.h"

namespace nanopneumo::emulator {
namespace {

constexpr std::size_t kAlignment = 128;
constexpr std::size_t kGuardBytes = 128;
constexpr std::byte kGuard{0xC7};
constexpr std::size_t kMostArrays = 32;
// As float32 0x7FA57FA5, as bfloat16 0x7FA5: exponent all ones, quiet bit clear. As half it is NaN too.
constexpr std::uint16_t kPoison = 0x7FA5;

std::size_t rounded_up(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

SharedMemory::SharedMemory()
    : storage_(kMaxShared + kAlignment + (kGuardBytes + kAlignment) * (kMostArrays + 1)) {
  arrays_.reserve(kMostArrays);
}

SharedMemory::~SharedMemory() { ASAN_UNPOISON_MEMORY_REGION(storage_.data(), storage_.size()); }

std::byte* SharedMemory::place(const void* key, const char* name, std::size_t bytes) {
  std::byte* data = storage_.data() + end_ + kGuardBytes;
  const std::size_t room = rounded_up(bytes);  // what is left beyond `bytes` belongs to the guard
  ASAN_UNPOISON_MEMORY_REGION(data, room + kGuardBytes);
  poison(data, bytes);
  std::fill(data + bytes, data + room + kGuardBytes, kGuard);
  end_ += kGuardBytes + room;
  arrays_.push_back({key, name, data, bytes});
  ASAN_POISON_MEMORY_REGION(data + bytes, room - bytes + kGuardBytes);
  return data;
}

void SharedMemory::begin_block(std::size_t dynamic_bytes) {
  arrays_.clear();
  const auto start = reinterpret_cast<std::uintptr_t>(storage_.data());
  end_ = rounded_up(start) - start;
  bytes_used_ = dynamic_bytes;
  ASAN_UNPOISON_MEMORY_REGION(storage_.data() + end_, kGuardBytes);
  std::fill_n(storage_.data() + end_, kGuardBytes, kGuard);
  ASAN_POISON_MEMORY_REGION(storage_.data() + end_, kGuardBytes);
  place(nullptr, "dynamic shared memory", dynamic_bytes);
}

std::byte* SharedMemory::array(const void* key, const char* name, std::size_t bytes) {
  for (const Array& array : arrays_)
    if (array.key == key) return array.data;
  bytes_used_ += bytes;
  const std::size_t declared = bytes_used_ - dynamic_bytes();
  if (declared > kMaxStaticShared || bytes_used_ > kMaxShared || arrays_.size() == kMostArrays)
    throw std::length_error(fmt::format(
        "{} needs {} bytes of shared memory where {} are declared and {} dynamic; a block has {} "
        "for declared arrays and {} in all",
        name, bytes, declared - bytes, dynamic_bytes(), kMaxStaticShared, kMaxShared));
  return place(key, name, bytes);
}

std::byte* SharedMemory::dynamic() const { return arrays_.front().data; }

bool SharedMemory::contains(const void* data, std::size_t bytes) const {
  const auto* first = static_cast<const std::byte*>(data);
  return std::any_of(arrays_.begin(), arrays_.end(), [&](const Array& array) {
    return first >= array.data && first + bytes <= array.data + array.bytes;
  });
}

void SharedMemory::poison(std::byte* data, std::size_t bytes) {
  for (std::size_t i = 0; i + 1 < bytes; i += 2) std::memcpy(data + i, &kPoison, 2);
  if (bytes % 2) data[bytes - 1] = static_cast<std::byte>(kPoison & 0xFF);
}

std::string SharedMemory::damage() const {
  std::string text;
  for (const Array& array : arrays_) {
    const std::byte* before = array.data - kGuardBytes;
    const std::byte* after = array.data + array.bytes;
    const std::size_t after_bytes = rounded_up(array.bytes) - array.bytes + kGuardBytes;
    ASAN_UNPOISON_MEMORY_REGION(before, kGuardBytes);
    ASAN_UNPOISON_MEMORY_REGION(after, after_bytes);
    const auto intact = [](std::byte value) { return value == kGuard; };
    if (!std::all_of(before, before + kGuardBytes, intact))
      text += fmt::format(" {} was written before its start", array.name);
    if (!std::all_of(after, after + after_bytes, intact))
      text += fmt::format(" {} was written behind its end", array.name);
    ASAN_POISON_MEMORY_REGION(before, kGuardBytes);
    ASAN_POISON_MEMORY_REGION(after, after_bytes);
  }
  return text;
}

}  // namespace nanopneumo::emulator
