// What the machine's processor can do.
#pragma once

#include <string>

namespace nanopneumo::cpu {

/// Whether it multiplies bfloat16 itself (AVX512-BF16 or AMX), so that it pays to compute in it.
bool multiplies_bfloat16();

/// "vectors of 8 floats, FMA, 12.2.0": what this program was compiled for and by. Sums round otherwise in one that
/// was compiled for another CPU, on the same machine too.
std::string compiled_for();

/// "AMD EPYC (family 25, model 1)", as the system calls it; "unknown" where it does not say.
std::string processor_name();

}  // namespace nanopneumo::cpu
