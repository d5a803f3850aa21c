// What the machine's processor can do.
#pragma once

namespace nanopneumo::cpu {

/// Whether it multiplies bfloat16 itself (AVX512-BF16 or AMX), so that it pays to compute in it.
bool multiplies_bfloat16();

}  // namespace nanopneumo::cpu
