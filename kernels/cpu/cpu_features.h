// What the machine's processor can do.
#pragma once

#include <string>

namespace nanopneumo::cpu {

/// Whether it multiplies bfloat16 itself (AVX512-BF16 or AMX), so that it pays to compute in it.
bool multiplies_bfloat16();

/// "Intel(R) Xeon(R) ...", as the system calls it; "unknown" where it does not say.
std::string processor_name();

}  // namespace nanopneumo::cpu
