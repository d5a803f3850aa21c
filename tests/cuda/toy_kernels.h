// Kernels that put the runtime to the test.
#pragma once

#include <cstddef>

#include "kernels/stream.h"

namespace nanopneumo::test {

/// Writes to address 0 from 64 threads.
void write_to_nowhere(Stream& stream);
/// Asks for more threads in a block than there can be.
void launch_too_large(Stream& stream);
/// Writes block b's number into out[b], with `shared_bytes` of dynamic shared memory on the way.
void number_blocks(Stream& stream, int blocks, std::size_t shared_bytes, int* out);

}  // namespace nanopneumo::test
