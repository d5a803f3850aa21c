#include "kernels/emulator/profiler/device_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>

namespace nanopneumo::profiler {

DeviceMemory::~DeviceMemory() {
  for (const auto& [start, allocation] : live_) give_back(start);
  for (const Freed& freed : freed_) give_back(freed.start);
}

void* DeviceMemory::allocate(std::size_t bytes) {
  if (bytes > std::numeric_limits<std::size_t>::max() / 2) throw std::bad_alloc();
  const std::size_t room = (bytes + kAlignment - 1) / kAlignment * kAlignment + 2 * kRedZone;
  auto* memory = static_cast<std::byte*>(std::aligned_alloc(kAlignment, room));
  if (!memory) throw std::bad_alloc();
  const auto start = reinterpret_cast<std::uintptr_t>(memory + kRedZone);
  live_.try_emplace(start, start, bytes);
  bytes_in_use_ += bytes;
  return memory + kRedZone;
}

void DeviceMemory::release(void* memory) noexcept {
  const auto start = reinterpret_cast<std::uintptr_t>(memory);
  const auto allocation = live_.find(start);
  if (allocation == live_.end()) std::abort();  // released twice, or never ours
  bytes_in_use_ -= allocation->second.bytes;
  freed_.push_back({start, allocation->second.bytes});
  freed_bytes_ += allocation->second.bytes;
  live_.erase(allocation);
  while (freed_bytes_ > kMostFreed) {
    freed_bytes_ -= freed_.front().bytes;
    give_back(freed_.front().start);
    freed_.pop_front();
  }
}

void DeviceMemory::give_back(std::uintptr_t start) {
  std::free(reinterpret_cast<std::byte*>(start) - kRedZone);
}

void DeviceMemory::mark_written(const void* memory, std::size_t bytes) {
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  if (Allocation* allocation = bytes ? find(address) : nullptr) {
    const std::size_t offset = address - allocation->start;
    allocation->written.insert(offset, std::min(bytes, allocation->bytes - offset));
  }
}

void DeviceMemory::mark_unwritten(const void* memory, std::size_t bytes) {
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  if (Allocation* allocation = bytes ? find(address) : nullptr) {
    const std::size_t offset = address - allocation->start;
    allocation->written.erase(offset, std::min(bytes, allocation->bytes - offset));
  }
}

void DeviceMemory::mark_copied(const void* to, const void* from, std::size_t bytes) {
  const auto source = reinterpret_cast<std::uintptr_t>(from);
  const Allocation* allocation = bytes ? find(source) : nullptr;
  if (!allocation) return mark_written(to, bytes);
  for (std::size_t i = 0; i < bytes; ++i)
    if (allocation->written.contains(source - allocation->start + i, 1))
      mark_written(static_cast<const std::byte*>(to) + i, 1);
}

Allocation* DeviceMemory::find(std::uintptr_t address) {
  const auto after = live_.upper_bound(address);
  if (after == live_.begin()) return nullptr;
  Allocation& candidate = std::prev(after)->second;
  return candidate.holds(address, 1) ? &candidate : nullptr;
}

const DeviceMemory::Freed* DeviceMemory::find_freed(std::uintptr_t address) const {
  const auto freed =
      std::ranges::find_if(freed_, [&](const Freed& f) { return address - f.start < f.bytes; });
  return freed == freed_.end() ? nullptr : &*freed;
}

bool DeviceMemory::is_near(std::uintptr_t address) const {
  if (find_freed(address)) return true;
  return std::ranges::any_of(live_, [&](const auto& entry) {
    return address + kRedZone - entry.first < entry.second.bytes + 2 * kRedZone;
  });
}

std::string DeviceMemory::describe_outside(std::uintptr_t address) const {
  const auto byte_of = [&](std::uintptr_t start, std::size_t bytes) {
    return fmt::format("byte {} of a global array of {} bytes",
                       static_cast<std::intptr_t>(address - start), bytes);
  };
  if (const Freed* freed = find_freed(address))
    return byte_of(freed->start, freed->bytes) + ", which was freed";
  const auto after = live_.upper_bound(address);
  if (after != live_.begin()) {
    const Allocation& before = std::prev(after)->second;
    if (address - before.start < before.bytes + kRedZone)
      return byte_of(before.start, before.bytes);
  }
  if (after != live_.end() && after->first - address <= kRedZone)
    return byte_of(after->first, after->second.bytes);
  return fmt::format("address {:#x}, which is no memory of the device", address);
}

}  // namespace nanopneumo::profiler
