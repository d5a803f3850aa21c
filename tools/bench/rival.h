// Another library's implementations, measured beside ours on the same operands.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "tools/bench/check_case.h"

namespace nanopneumo::bench {

/// What the multiplications of float32 operands may be: equal terms for both sides.
enum class Math {
  fma,   ///< float32 products and sums; no tensor cores
  tf32,  ///< tensor cores with operands rounded to 10 bits, sums in float32
};

/// One case as a rival would compute it, in several ways.
class RivalCase {
 public:
  virtual ~RivalCase() = default;
  virtual std::size_t ways() const = 0;
  /// "engine 12, Winograd"
  virtual std::string describe(std::size_t way) const = 0;
  /// Issues the work to the stream. Throws std::runtime_error where the library refuses.
  virtual void issue(std::size_t way) = 0;
  /// The outputs of the case, in our layout, after issue(). An output that the library does not
  /// give in a comparable form is left out.
  virtual Outputs outputs() = 0;
};

class Rival {
 public:
  virtual ~Rival() = default;
  /// "cuDNN 9.19.0"
  virtual std::string name() const = 0;
  /// Null where the library has nothing for this case. `ours` holds the inputs on `device`.
  virtual std::unique_ptr<RivalCase> prepare(const OpCase& op_case, const Buffers& ours,
                                             Device& device, Math math) = 0;
};

/// What there is to compare with on this machine, and why the others are missing, a line each.
struct Rivals {
  std::vector<std::unique_ptr<Rival>> present;
  std::vector<std::string> missing;
};

/// Looks for the libraries. `device` is "cuda".
Rivals find_rivals(Device& device);

// One library each; throw std::runtime_error, saying why, where it is not there.
std::unique_ptr<Rival> make_cudnn_rival(Device& device);
std::unique_ptr<Rival> make_cublaslt_rival(Device& device);

}  // namespace nanopneumo::bench
