// From a program counter to a line of source.
#pragma once

#include <string>

namespace nanopneumo::profiler {

/// "FILE:LINE (FUNCTION)" of the instruction before `pc`, FILE as seen from the top of the project; where it was
/// inlined, the line in the .cu file that it was inlined into is named too. By binutils' addr2line, once for each
/// address; where that is missing, the offset in the program.
std::string source_of(const void* pc);

/// The function that the instruction before `pc` was compiled into, with its template arguments and
/// parameters; nothing where addr2line or its entry is missing.
std::string function_of(const void* pc);

}  // namespace nanopneumo::profiler
