// How oneDNN says that there is no memory left.
#pragma once

#include <exception>

namespace nanopneumo::cpu {

/// Whether `error` is oneDNN's for memory that it could not get: not a std::bad_alloc, but a status.
bool is_out_of_memory(const std::exception& error);

}  // namespace nanopneumo::cpu
