// Where in the source a kernel calls something: std::source_location as far as it is used here, for
// compilers (clang 14) whose standard library lacks it.
#pragma once

namespace nanopneumo::emulator {

struct SourcePlace {
  const char* file = "";
  int line = 0;

  /// As a default argument: the place of the call.
  static constexpr SourcePlace current(const char* file = __builtin_FILE(),
                                       int line = __builtin_LINE()) {
    return {file, line};
  }
};

}  // namespace nanopneumo::emulator
