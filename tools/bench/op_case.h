// One operation at one shape: its operands, its cost, and how to call it on any device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/kernels.h"
#include "tools/bench/shape_words.h"

namespace nanopneumo::bench {

/// How far an output may be from the cpu device's: relative * max|expected| + absolute.
struct Tolerance {
  double relative = 0;
  double absolute = 0;
};

/// The value of element i of an operand before the call.
using Fill = std::function<double(std::int64_t i)>;
/// Random values repeat after this many elements: filling hundreds of megabytes one random number at
/// a time would take longer than the benchmark. A prime, so that no axis is a multiple of it.
inline constexpr std::int64_t kFillPeriod = 1'000'003;
/// Uniform random values, the same in each run.
Fill uniform(double low, double high);
/// Whole numbers from 0 to `largest`, uniform.
Fill whole_numbers(int largest);

enum class Role {
  input,
  output,
  updated,         ///< read and written in place
  partly_written,  ///< `touched` elements are written, the others stay as they are
};
enum class Element { float32, byte };

/// An array that an operation reads or writes.
struct Operand {
  std::string name;
  Role role;
  std::int64_t count;
  Fill fill;            ///< of inputs and updated operands
  Tolerance tolerance;  ///< of outputs and updated operands
  Element element = Element::float32;
  /// How many elements the formula reads or writes, where these are not all.
  std::int64_t touched = count;

  std::size_t bytes() const {
    return static_cast<std::size_t>(count) * (element == Element::byte ? 1 : sizeof(float));
  }
};

Operand input(std::string name, std::int64_t count, Fill fill = uniform(-1, 1));
Operand input_bytes(std::string name, std::int64_t count, Fill fill);
Operand output(std::string name, std::int64_t count, Tolerance tolerance);
Operand output_bytes(std::string name, std::int64_t count);
Operand partly_written(std::string name, std::int64_t count, std::int64_t touched);
Operand updated(std::string name, std::int64_t count, Fill fill, Tolerance tolerance);

/// Where the operands of a call lie on a device.
class Addresses {
 public:
  virtual ~Addresses() = default;
  /// The memory of the operand called `name`, null where the case has none of that name.
  virtual void* of(std::string_view name) const = 0;

  float* floats(std::string_view name) const { return static_cast<float*>(of(name)); }
  std::uint8_t* bytes(std::string_view name) const { return static_cast<std::uint8_t*>(of(name)); }
};

struct OpCase {
  std::string op = {};  ///< a member of Kernels
  ShapeWords shape = {};
  std::vector<Operand> operands;
  /// Multiplications, additions, comparisons and function calls that the formula needs; a
  /// multiply-add is two.
  double flops;
  std::function<void(const Kernels<float>&, Stream&, const Addresses&)> call;

  /// Bytes that must move whatever the kernel: each input read once, each output written once.
  double compulsory_bytes() const;
};

}  // namespace nanopneumo::bench
