// A block's shared memory.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "kernels/emulator/launch_config.h"

namespace nanopneumo::emulator {

/// Arrays are laid out as the threads ask for them, each between two guard zones. What was not
/// written yet holds signalling NaN, in float32, bfloat16 and half alike.
class SharedMemory {
 public:
  SharedMemory();
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  struct Array {
    const void* key;   ///< of the declaration; null for dynamic memory
    const char* name;  ///< as the kernel calls it
    std::byte* data;
    std::size_t bytes;
  };

  /// Empties the memory and places `dynamic_bytes` of dynamic memory.
  void begin_block(std::size_t dynamic_bytes);
  /// The array that belongs to a declaration; placed where no thread of the block has asked for it.
  /// Throws std::length_error where there is no more room.
  std::byte* array(const void* key, const char* name, std::size_t bytes);
  std::byte* dynamic() const;
  std::size_t dynamic_bytes() const { return arrays_.front().bytes; }
  /// Whether `bytes` bytes at `data` lie in one of the arrays.
  bool contains(const void* data, std::size_t bytes) const;
  /// Makes memory look as if it had never been written.
  static void poison(std::byte* data, std::size_t bytes);
  /// What was written outside of the arrays, or nothing.
  std::string damage() const;

  /// Where all arrays and their guards lie.
  std::span<const std::byte> storage() const { return storage_; }
  const std::vector<Array>& arrays() const { return arrays_; }
  std::size_t bytes_used() const { return bytes_used_; }

 private:
  std::byte* place(const void* key, const char* name, std::size_t bytes);

  std::vector<std::byte> storage_;
  std::vector<Array> arrays_;
  std::size_t end_ = 0;         ///< of what is placed in storage_
  std::size_t bytes_used_ = 0;  ///< by arrays, without guards
};

}  // namespace nanopneumo::emulator
