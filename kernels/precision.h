// What the products of dense layers and convolutions are computed with.
#pragma once

namespace nanopneumo {

/// The factors; sums are float32 always, and so are weights, activations and all other operations.
enum class Precision {
  float32,  ///< 23 fraction bits
  tf32,     ///< 10 fraction bits, float32's range: rounded where the tensor cores load them
  bf16      ///< 7 fraction bits, float32's range: copied as bfloat16, half the memory to read
};

}  // namespace nanopneumo
