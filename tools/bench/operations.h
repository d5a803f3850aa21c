// Every operation of kernels/kernels.h as bench and profile see it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tools/bench/op_case.h"

namespace nanopneumo::bench {

struct Operation {
  std::string_view name;  ///< the member of Kernels
  /// The words of its shapes; those in brackets may be left out.
  std::string_view form;
  /// A shape of one of the networks, small enough for the emulation: what profile takes by default.
  std::string_view example;
  /// Operands, cost and call; name and shape are filled in by make_case.
  OpCase (*make)(const ShapeWords& words);
};

std::span<const Operation> operations();

/// Throws InputError, listing the names, for an unknown one.
const Operation& find_operation(std::string_view name);

/// Throws InputError where the words do not make a shape of this operation.
OpCase make_case(std::string_view op, const ShapeWords& words);

// One list a family, each in a file of its own.
std::span<const Operation> conv_operations();
std::span<const Operation> depthwise_operations();
std::span<const Operation> dense_operations();
std::span<const Operation> batch_norm_operations();
std::span<const Operation> activation_operations();
std::span<const Operation> pooling_operations();
std::span<const Operation> arithmetic_operations();
std::span<const Operation> training_operations();
std::span<const Operation> image_operations();

/// What two float32 implementations may make of a sum of `terms` products of size 1, each in an
/// order of its own: twice what the tests allow between one of them and float64.
Tolerance rounding_of_sums(std::int64_t terms);

/// How many of `size` pixels in a row (or column) a window reads at all.
int touched_pixels(int size, int window, int stride, int pad_before, int outputs);
/// The same for all elements of x.
std::int64_t touched_inputs(const ChannelwiseDims& d);
std::int64_t touched_inputs(const ConvDims& d);

/// bias and residual as operands of K columns and `size` elements, where `fusion` wants them.
void add_fused_operands(std::vector<Operand>& operands, const Fusion& fusion, int K,
                        std::int64_t size);
/// Their pointers and the activation.
Epilogue<float> epilogue(const Addresses& at, const Fusion& fusion);
/// What bias, residual and activation add to the cost of `size` outputs.
double fused_flops(const Fusion& fusion, std::int64_t size);

}  // namespace nanopneumo::bench
