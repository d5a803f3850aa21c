#include "tools/bench/buffers.h"

#include <algorithm>
#include <cstring>

namespace nanopneumo::bench {
namespace {

template <class T>
void fill(const Operand& operand, std::vector<std::byte>& bytes) {
  T* values = reinterpret_cast<T*>(bytes.data());
  // Bytes may be places in a window, which depend on where the element lies.
  const std::int64_t period = sizeof(T) == 1 ? operand.count : kFillPeriod;
  for (std::int64_t i = 0; i < std::min(operand.count, period); ++i)
    values[i] = static_cast<T>(operand.fill(i));
  for (std::int64_t i = period; i < operand.count; i += period)
    std::memcpy(values + i, values,
                static_cast<std::size_t>(std::min(period, operand.count - i)) * sizeof(T));
}

}  // namespace

std::vector<std::byte> initial_bytes(const Operand& operand) {
  std::vector<std::byte> bytes(operand.bytes(), std::byte{0xFF});
  if (operand.role == Role::output) return bytes;
  if (operand.element == Element::byte)
    fill<std::uint8_t>(operand, bytes);
  else
    fill<float>(operand, bytes);
  return bytes;
}

Buffers::Buffers(Device& device, const OpCase& op_case) : device_(device), case_(op_case) {
  memory_.reserve(case_.operands.size());
  for (const Operand& operand : case_.operands) {
    memory_.push_back(device_.allocator().allocate(operand.bytes()));
    const std::vector<std::byte> bytes = initial_bytes(operand);
    device_.copy_to_device(memory_.back(), bytes.data(), bytes.size());
  }
}

Buffers::~Buffers() {
  for (std::size_t i = 0; i < memory_.size(); ++i)
    device_.allocator().release(memory_[i], case_.operands[i].bytes());
}

void* Buffers::of(std::string_view name) const {
  for (std::size_t i = 0; i < memory_.size(); ++i)
    if (case_.operands[i].name == name) return memory_[i];
  return nullptr;
}

std::vector<float> Buffers::values(std::string_view name) const {
  const auto operand = std::ranges::find(case_.operands, name, &Operand::name);
  if (operand == case_.operands.end())
    throw std::logic_error(case_.op + " has no operand " + std::string(name));
  std::vector<std::byte> bytes(operand->bytes());
  device_.stream().synchronize();
  device_.copy_to_host(bytes.data(), of(name), bytes.size());
  if (operand->element == Element::byte) {
    const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
    return std::vector<float>(first, first + operand->count);
  }
  const auto* first = reinterpret_cast<const float*>(bytes.data());
  return std::vector<float>(first, first + operand->count);
}

}  // namespace nanopneumo::bench
