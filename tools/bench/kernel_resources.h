// What the compiler made of each kernel: registers, memory, instructions. Read with NVIDIA's
// cuobjdump from the machine code inside this program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nanopneumo::bench {

/// One kernel's machine code for one compute capability.
struct KernelCode {
  std::string symbol;  ///< mangled
  std::string kernel;  ///< "add_kernel<4>", see kernel_name
  int capability = 0;  ///< 80, 90, ...
  int registers = 0;
  int stack_bytes = 0;  ///< local memory of a thread: arrays, and registers that did not fit
  int shared_bytes = 0;
  // Instructions in the code, not how often they run.
  int loads_16_bytes = 0, stores_16_bytes = 0;       ///< global memory
  int shared_16_bytes = 0;                           ///< loads and stores of shared memory
  int asynchronous_copies = 0;                       ///< global to shared memory
  int fused_multiply_adds = 0, tensor_products = 0;  ///< FFMA; HMMA and the like
  int spills = 0;                                    ///< loads and stores of local memory
};

/// The name and template arguments alone: "nanopneumo::cuda::(anonymous namespace)::
/// add_kernel<4>(long, float const*)" is "add_kernel<4>".
std::string kernel_name(std::string_view demangled);

/// From what `cuobjdump --dump-resource-usage` prints.
std::vector<KernelCode> parse_resource_usage(std::string_view text);
/// Counts the instructions that `cuobjdump --dump-sass` prints for these kernels.
void count_instructions(std::string_view sass, std::vector<KernelCode>& kernels);

/// The kernels of this program. `missing` says why there are none.
struct ProgramCode {
  std::vector<KernelCode> kernels;
  std::string missing;

  /// Those called `kernel`, with their instructions; where that names none of them, all instances of
  /// its template, without.
  std::vector<KernelCode> of(std::string_view kernel) const;
};
ProgramCode read_program_code();

}  // namespace nanopneumo::bench
