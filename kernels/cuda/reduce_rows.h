// A state for each channel, over all rows of each group: sums, means, moments.
//
// Three stages, each in a fixed order. A thread merges its rows in registers, four at a time as a tree:
// their loads do not wait for one another, and errors of rounding grow with the logarithm. A block
// merges its threads' states in shared memory, again as a tree. Where a group has several chunks, the
// operation writes one state for each and launches a second reduction over them.
//
// A Reduction has
//   template <int kVector> using State;            empty() and merge(other); trivial
//   auto reader<kVector>(int c) const;             function row -> State of that row alone
//   void write(chunk, c, const State<kVector>&) const;
#pragma once

#include "kernels/cuda/row_tiles.h"

namespace nanopneumo::GPU_NAMESPACE {

/// kTerms sums for each of kVector channels.
template <class T, int kVector, int kTerms>
struct Sums {
  using Real = T;
  T of[kTerms][kVector];

  __device__ static Sums empty() { return {}; }
  __device__ void merge(const Sums& other) {
    UNROLL
    for (int term = 0; term < kTerms; ++term) UNROLL
    for (int lane = 0; lane < kVector; ++lane) of[term][lane] += other.of[term][lane];
  }
};

// Inline, so that the profiler sees the result being written: a function that returns it in place may
// write to shared memory as if to a variable of its own.
template <class State, class Read>
__device__ __forceinline__ State merge_rows(std::int64_t begin, std::int64_t end, int step,
                                            const Read& read) {
  State all = State::empty();
  std::int64_t row = begin;
  for (; row + 3 * step < end; row += 4 * step) {
    State a = read(row), b = read(row + 2 * step);
    a.merge(read(row + step));
    b.merge(read(row + 3 * step));
    a.merge(b);
    all.merge(a);
  }
  for (; row < end; row += step) all.merge(read(row));
  return all;
}

template <int kVector, class Reduction>
__global__ void reduce_rows_kernel(RowTiles tiles, Reduction reduction) {
  using State = typename Reduction::template State<kVector>;
  SHARED_ARRAY(OddSized<State>, states, [kTileThreads]);
  const TileThread<kVector> self(tiles);
  State& own = states[threadIdx.x];
  if (self.working)
    own = merge_rows<State>(self.begin, self.end, self.step,
                            reduction.template reader<kVector>(self.c));
  // The upper half of the threads' rows goes to the lower half until one row is left.
  for (int rows = tiles.rows_at_once; rows > 1;) {
    const int half = (rows + 1) / 2;
    __syncthreads();
    if (self.working && self.row < rows - half)
      own.merge(states[threadIdx.x + static_cast<unsigned>(half * tiles.width)]);
    rows = half;
  }
  if (self.working && self.row == 0) reduction.write(self.chunk, self.c, own);
}

template <int kVector, class Reduction>
void reduce_rows(Stream& stream, const char* name, const RowTiles& tiles,
                 const Reduction& reduction) {
  launch(stream, NamedKernel{name, reduce_rows_kernel<kVector, Reduction>}, tiles.grid(),
         tiles.block(), 0, tiles, reduction);
}

}  // namespace nanopneumo::GPU_NAMESPACE
