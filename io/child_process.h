// Reading untrusted files with a library that can crash on them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

namespace nanopneumo {

/// Floats that a process and the children it forks afterwards see alike.
class SharedFloats {
 public:
  /// Zeros, physically present once they are touched. Throws std::bad_alloc.
  explicit SharedFloats(std::size_t count);
  ~SharedFloats();
  SharedFloats(const SharedFloats&) = delete;
  SharedFloats& operator=(const SharedFloats&) = delete;

  std::span<float> values() const { return {data_, count_}; }

 private:
  float* data_ = nullptr;
  std::size_t count_ = 0;
};

/// What a child may use before it is stopped.
struct ChildLimits {
  unsigned cpu_seconds = 5;
  std::size_t memory_bytes = std::size_t{1} << 30;  ///< beyond what the parent has
};

/// Runs `work`, which reads `file`, in a forked child process and returns its text; other results come back through
/// SharedFloats. An InputError that `work` throws is thrown here with the same message. Where the
/// child crashes, runs out of its limits or throws something else, an InputError says that `file`
/// is damaged. `work` must not use threads (OpenMP, CUDA): the child has none but the calling one.
std::string text_from_child(const std::filesystem::path& file,
                            const std::function<std::string()>& work, ChildLimits limits = {});

}  // namespace nanopneumo
