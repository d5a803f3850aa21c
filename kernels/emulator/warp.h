// Operations of a warp: shuffles, votes, barriers. As in CUDA, `mask` names the lanes that take part;
// each of them must call the same operation with the same mask.
#pragma once

#include <bit>
#include <cstdint>
#include <source_location>

#include "kernels/emulator/block.h"

namespace nanopneumo::emulator {

namespace detail {

template <class T>
struct Shuffle {
  T value;
  unsigned source;  ///< lane whose value is wanted
  T result;
};

template <class T>
void combine_shuffle(void* const* frames, unsigned mask) {
  for (unsigned lane = 0; lane < kWarpSize; ++lane) {
    if (!(mask >> lane & 1)) continue;
    auto& frame = *static_cast<Shuffle<T>*>(frames[lane]);
    // The value of a lane that takes no part is undefined in CUDA; null here ends in a message.
    const auto* source = static_cast<const Shuffle<T>*>(frames[frame.source]);
    if (!source)
      this_block->fail("a shuffle reads lane " + std::to_string(frame.source) +
                       ", which takes no part in it");
    frame.result = source->value;
  }
}

template <class T>
T shuffle(const char* name, unsigned mask, T value, unsigned source,
          const std::source_location& at) {
  Shuffle<T> frame{value, source, {}};
  this_block->warp_operation({name, mask, at, &frame, combine_shuffle<T>});
  return frame.result;
}

struct Vote {
  bool predicate;
  unsigned ballot;
};

inline void combine_vote(void* const* frames, unsigned mask) {
  unsigned ballot = 0;
  for (unsigned lane = 0; lane < kWarpSize; ++lane)
    if (mask >> lane & 1 && static_cast<Vote*>(frames[lane])->predicate) ballot |= 1u << lane;
  for (unsigned lane = 0; lane < kWarpSize; ++lane)
    if (mask >> lane & 1) static_cast<Vote*>(frames[lane])->ballot = ballot;
}

inline unsigned vote(const char* name, unsigned mask, bool predicate,
                     const std::source_location& at) {
  Vote frame{predicate, 0};
  this_block->warp_operation({name, mask, at, &frame, combine_vote});
  return frame.ballot;
}

inline void combine_nothing(void* const*, unsigned) {}

}  // namespace detail

inline unsigned lane_index() { return this_block->current_thread() % kWarpSize; }

/// `width` lanes (a power of two) form groups that shuffle among themselves; a source outside of the
/// lane's group gives the lane's own value.
template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32,
              std::source_location at = std::source_location::current()) {
  const unsigned w = static_cast<unsigned>(width);
  const unsigned first = lane_index() / w * w;
  return detail::shuffle("__shfl_sync", mask, value, first + static_cast<unsigned>(source) % w, at);
}

template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = 32,
                  std::source_location at = std::source_location::current()) {
  const unsigned lane = lane_index(), w = static_cast<unsigned>(width);
  const unsigned source = lane ^ static_cast<unsigned>(lane_mask);
  const bool inside = source / w <= lane / w;
  return detail::shuffle("__shfl_xor_sync", mask, value, inside ? source : lane, at);
}

template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32,
                   std::source_location at = std::source_location::current()) {
  const unsigned lane = lane_index(), w = static_cast<unsigned>(width);
  return detail::shuffle("__shfl_down_sync", mask, value,
                         lane % w + delta < w ? lane + delta : lane, at);
}

template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32,
                 std::source_location at = std::source_location::current()) {
  const unsigned lane = lane_index(), w = static_cast<unsigned>(width);
  return detail::shuffle("__shfl_up_sync", mask, value, lane % w >= delta ? lane - delta : lane,
                         at);
}

inline unsigned __ballot_sync(unsigned mask, bool predicate,
                              std::source_location at = std::source_location::current()) {
  return detail::vote("__ballot_sync", mask, predicate, at);
}
inline int __any_sync(unsigned mask, bool predicate,
                      std::source_location at = std::source_location::current()) {
  return detail::vote("__any_sync", mask, predicate, at) != 0;
}
inline int __all_sync(unsigned mask, bool predicate,
                      std::source_location at = std::source_location::current()) {
  return detail::vote("__all_sync", mask, predicate, at) == mask;
}
inline void __syncwarp(unsigned mask = 0xFFFFFFFFu,
                       std::source_location at = std::source_location::current()) {
  this_block->warp_operation({"__syncwarp", mask, at, nullptr, detail::combine_nothing});
}
inline void __syncthreads(std::source_location at = std::source_location::current()) {
  this_block->wait_for_block(at);
}

/// What this thread has written before is seen by other blocks before what it writes after.
inline void __threadfence() { this_block->fence(); }
inline void __threadfence_block() { this_block->fence(); }

inline int __popc(unsigned value) { return std::popcount(value); }
inline int __ffs(int value) {
  return value ? std::countr_zero(static_cast<unsigned>(value)) + 1 : 0;
}

}  // namespace nanopneumo::emulator
