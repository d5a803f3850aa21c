// Loops that are written out while compiling, so that what they number can lie in registers.
#pragma once

#include <utility>

namespace nanopneumo::cpu {

/// body(0), ..., body(n - 1), written out.
template <int n, class Body>
[[gnu::always_inline]] inline void unrolled(const Body& body) {
  [&]<int... i>(std::integer_sequence<int, i...>) __attribute__((always_inline)) { (body(i), ...); }
  (std::make_integer_sequence<int, n>{});
}

}  // namespace nanopneumo::cpu
