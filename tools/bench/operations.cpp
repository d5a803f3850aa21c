#include "tools/bench/operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tensor/errors.h"

namespace nanopneumo::bench {
namespace {

/// The words of "N H [stride] [relu|relu6]".
std::vector<std::string> vocabulary(std::string_view form) {
  std::string plain(form);
  std::ranges::replace_if(
      plain, [](char c) { return c == '[' || c == ']' || c == '|'; }, ' ');
  return ShapeWords(plain).words();
}

/// "relu" of "relu_gradient"; the whole name where it has no such ending.
std::string_view stem(std::string_view name) {
  for (const std::string_view ending :
       {"_forward", "_input_gradient", "_weight_gradient", "_gradient"})
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  return name;
}

/// "(conv|depthwise)_(forward|input_gradient|weight_gradient), batch_norm_training[_gradient], ..., adam"
std::string known_names() {
  struct Family {
    std::vector<std::string_view> names;
    bool has_plain;  ///< an operation that is called as the family
    std::vector<std::string_view> endings;
  };
  std::vector<Family> families;
  for (const Operation& operation : operations()) {
    const std::string_view name = stem(operation.name);
    const bool is_plain = name == operation.name;
    if (families.empty() || families.back().names.front() != name)
      families.push_back({{name}, is_plain, {}});
    if (!is_plain) families.back().endings.push_back(operation.name.substr(name.size() + 1));
  }
  std::vector<Family> joined;  // neighbours with the same endings as one
  for (const Family& family : families)
    if (!joined.empty() && !family.endings.empty() && joined.back().endings == family.endings &&
        joined.back().has_plain == family.has_plain)
      joined.back().names.push_back(family.names.front());
    else
      joined.push_back(family);
  std::string text;
  for (const auto& [names, has_plain, endings] : joined) {
    if (!text.empty()) text += ", ";
    text += fmt::format(fmt::runtime(names.size() == 1 ? "{}" : "({})"), fmt::join(names, "|"));
    if (!endings.empty())
      text += fmt::format(fmt::runtime(has_plain ? "[_{}]" : "_({})"), fmt::join(endings, "|"));
  }
  return text;
}

}  // namespace

std::span<const Operation> operations() {
  static const std::vector<Operation> all = [] {
    std::vector<Operation> list;
    for (const auto family :
         {conv_operations(), depthwise_operations(), dense_operations(), batch_norm_operations(),
          activation_operations(), pooling_operations(), arithmetic_operations(),
          training_operations(), image_operations()})
      list.insert(list.end(), family.begin(), family.end());
    return list;
  }();
  return all;
}

const Operation& find_operation(std::string_view name) {
  for (const Operation& operation : operations())
    if (operation.name == name) return operation;
  throw_input_error("there is no operation \"{}\"; the operations are {}", name, known_names());
}

namespace {

/// No tensor of the shape has more elements: the product of all its sizes, with what is added as padding.
double most_elements(const ShapeWords& words) {
  double product = 1;
  for (const std::string& word : words.words()) {
    if (word == "stride" || word == "offset" || word == "pad") continue;
    for (const std::int64_t size : words.numbers(word)) product *= static_cast<double>(size);
  }
  const Padding2D pad = padding(words);
  return product * (1 + pad.top + pad.bottom) * (1 + pad.left + pad.right);
}

}  // namespace

OpCase make_case(std::string_view op, const ShapeWords& words) {
  const Operation& operation = find_operation(op);
  const std::vector<std::string> known = vocabulary(operation.form);
  for (const std::string& word : words.words())
    if (!std::ranges::count(known, word))
      throw_input_error("{} has no \"{}\" in its shape; the words are {}", op, word,
                        operation.form);
  if (most_elements(words) > 0x1p56)
    throw_input_error("\"{}\" is more than can be counted; give smaller sizes", words.str());
  OpCase made = operation.make(words);
  made.op = op;
  made.shape = words;
  return made;
}

Tolerance rounding_of_sums(std::int64_t terms) {
  const double walk = 2e-7 * std::sqrt(static_cast<double>(terms));
  return {.relative = walk, .absolute = walk};
}

int touched_pixels(int size, int window, int stride, int pad_before, int outputs) {
  int touched = 0, next = 0;  // pixels before `next` are counted
  for (int p = 0; p < outputs; ++p) {
    const int first = std::max(p * stride - pad_before, next);
    const int last = std::min(p * stride - pad_before + window, size);
    touched += std::max(last - first, 0);
    next = std::max(next, last);
  }
  return touched;
}

std::int64_t touched_inputs(const ChannelwiseDims& d) {
  const Window& w = d.window;
  return std::int64_t{d.N} * d.C * touched_pixels(d.H, w.R, w.stride_h, w.pad.top, d.P()) *
         touched_pixels(d.W, w.S, w.stride_w, w.pad.left, d.Q());
}

std::int64_t touched_inputs(const ConvDims& d) {
  return touched_inputs(ChannelwiseDims{d.N, d.H, d.W, d.C, d.window});
}

void add_fused_operands(std::vector<Operand>& operands, const Fusion& fusion, int K,
                        std::int64_t size) {
  if (fusion.bias) operands.push_back(input("bias", K));
  if (fusion.residual) operands.push_back(input("residual", size));
}

Epilogue<float> epilogue(const Addresses& at, const Fusion& fusion) {
  return {.bias = at.floats("bias"),
          .residual = at.floats("residual"),
          .activation = fusion.activation};
}

double fused_flops(const Fusion& fusion, std::int64_t size) {
  const int steps = (fusion.bias ? 1 : 0) + (fusion.residual ? 1 : 0) +
                    (fusion.activation == Activation::none ? 0 : 1);
  return static_cast<double>(size) * steps;
}

}  // namespace nanopneumo::bench
