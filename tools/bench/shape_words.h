// The sizes of one operation, written as text: "N 32 H 250 W 250 C 3 K 32 R 3 S 3 stride 1 pad 0".
//
// This text is what bench and profile print, what `profile --shape` reads, and what tells two cases
// apart. The letters are those of kernels/dims.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/kernels.h"

namespace nanopneumo::bench {

/// Words, each followed by its whole numbers. "stride" and "pad" take one number for all sides or
/// one for each (stride: rows, columns; pad: top, bottom, left, right); "bias", "residual" and the
/// activations take none.
class ShapeWords {
 public:
  ShapeWords() = default;
  /// Throws InputError for text that is not of this form.
  explicit ShapeWords(std::string_view text);

  ShapeWords& add(std::string word, std::vector<std::int64_t> numbers = {});
  /// The same, where `wanted`.
  ShapeWords& add_if(bool wanted, std::string word) {
    return wanted ? add(std::move(word)) : *this;
  }

  bool has(std::string_view word) const { return find(word) != nullptr; }
  /// The number after `word`. Throws InputError where it is missing, or is not one from 1 to 2^30.
  int size(std::string_view word) const;
  /// The same for counts that may be larger.
  std::int64_t count(std::string_view word) const;
  /// All numbers after `word`; none where the word is missing.
  const std::vector<std::int64_t>& numbers(std::string_view word) const;
  std::vector<std::string> words() const;

  std::string str() const;

 private:
  const std::vector<std::int64_t>* find(std::string_view word) const;

  std::vector<std::pair<std::string, std::vector<std::int64_t>>> entries_;
};

/// What a fused operation does besides its sum.
struct Fusion {
  bool bias = false, residual = false;
  Activation activation = Activation::none;
};

// Between words and dims, both ways. Reading throws InputError for what is missing or not possible.
ShapeWords words(const ConvDims& dims);
ShapeWords words(const ChannelwiseDims& dims);
ShapeWords words(const DenseDims& dims);
ShapeWords words(const RowsDims& dims);
ShapeWords words(const ImageDims& dims);
ShapeWords words(const SliceDims& dims);
ShapeWords element_words(std::int64_t n);
ShapeWords with_fusion(ShapeWords words, const Fusion& fusion);
ShapeWords with_padding(ShapeWords words, const Padding2D& pad);

ConvDims conv_dims(const ShapeWords& words);
ChannelwiseDims channelwise_dims(const ShapeWords& words);
DenseDims dense_dims(const ShapeWords& words);
RowsDims rows_dims(const ShapeWords& words);
ImageDims image_dims(const ShapeWords& words);
SliceDims slice_dims(const ShapeWords& words);
Fusion fusion(const ShapeWords& words);
Padding2D padding(const ShapeWords& words);

}  // namespace nanopneumo::bench
