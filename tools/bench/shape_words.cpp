#include "tools/bench/shape_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "tensor/errors.h"

namespace nanopneumo::bench {
namespace {

constexpr std::int64_t kLargestSize = std::int64_t{1} << 30;  // padding, too, is counted by an int

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t start = text.find_first_not_of(" \t,");
    if (start == std::string_view::npos) return parts;
    text.remove_prefix(start);
    const std::size_t length = std::min(text.find_first_of(" \t,"), text.size());
    parts.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
}

struct NamedActivation {
  Activation activation;
  std::string_view name;
};
constexpr std::array kActivations = {
    NamedActivation{Activation::relu, "relu"}, NamedActivation{Activation::relu6, "relu6"},
    NamedActivation{Activation::sigmoid, "sigmoid"}, NamedActivation{Activation::swish, "swish"}};

Window window(const ShapeWords& words) {
  Window w{.R = words.size("R"), .S = words.size("S"), .pad = padding(words)};
  const auto& stride = words.numbers("stride");
  if (stride.size() > 2 ||
      std::ranges::any_of(stride, [](std::int64_t s) { return s < 1 || s > 1024; }))
    throw_input_error("stride in \"{}\" is not possible; give one or two numbers from 1 to 1024",
                      words.str());
  if (!stride.empty()) {
    w.stride_h = static_cast<int>(stride.front());
    w.stride_w = static_cast<int>(stride.back());
  }
  return w;
}

/// Throws InputError where the window is larger than the padded image.
template <class Dims>
Dims checked(const Dims& d, const ShapeWords& words) {
  const Padding2D& pad = d.window.pad;
  if (d.H + pad.top + pad.bottom < d.window.R || d.W + pad.left + pad.right < d.window.S)
    throw_input_error(
        "the window of \"{}\" is larger than its image; give a larger H and W or more padding",
        words.str());
  return d;
}

/// Whether a word that takes no number is there.
bool is_given(const ShapeWords& words, std::string_view word) {
  if (!words.numbers(word).empty())
    throw_input_error("{} takes no number in \"{}\"; write the word alone", word, words.str());
  return words.has(word);
}

void add_window(ShapeWords& words, const Window& w) {
  words.add("R", {w.R}).add("S", {w.S});
  if (w.stride_h == w.stride_w)
    words.add("stride", {w.stride_h});
  else
    words.add("stride", {w.stride_h, w.stride_w});
  words = with_padding(std::move(words), w.pad);
}

}  // namespace

ShapeWords::ShapeWords(std::string_view text) {
  for (const std::string_view part : split(text)) {
    if (const auto value = number(part)) {
      if (entries_.empty())
        throw_input_error(
            "the shape \"{}\" starts with a number; write words, each with its "
            "numbers, as in \"N 1 H 62 W 62 C 32\"",
            text);
      entries_.back().second.push_back(*value);
    } else {
      if (has(part))
        throw_input_error("\"{}\" occurs twice in the shape \"{}\"; give it once", part, text);
      entries_.emplace_back(part, std::vector<std::int64_t>());
    }
  }
}

ShapeWords& ShapeWords::add(std::string word, std::vector<std::int64_t> numbers) {
  entries_.emplace_back(std::move(word), std::move(numbers));
  return *this;
}

const std::vector<std::int64_t>* ShapeWords::find(std::string_view word) const {
  for (const auto& [name, numbers] : entries_)
    if (name == word) return &numbers;
  return nullptr;
}

std::int64_t ShapeWords::count(std::string_view word) const {
  const std::vector<std::int64_t>& found = numbers(word);
  if (found.size() != 1 || found[0] < 1)
    throw_input_error("the shape \"{}\" needs {} with one positive number; add \"{} 32\"", str(),
                      word, word);
  return found[0];
}

int ShapeWords::size(std::string_view word) const {
  const std::int64_t value = count(word);
  if (value > kLargestSize)
    throw_input_error("{} {} is too large; give a number of at most {}", word, value, kLargestSize);
  return static_cast<int>(value);
}

const std::vector<std::int64_t>& ShapeWords::numbers(std::string_view word) const {
  static const std::vector<std::int64_t> none;
  const std::vector<std::int64_t>* found = find(word);
  return found ? *found : none;
}

std::vector<std::string> ShapeWords::words() const {
  std::vector<std::string> names;
  for (const auto& [name, numbers] : entries_) names.push_back(name);
  return names;
}

std::string ShapeWords::str() const {
  std::string text;
  for (const auto& [name, numbers] : entries_) {
    if (!text.empty()) text += ' ';
    text += name;
    for (const std::int64_t value : numbers) text += fmt::format(" {}", value);
  }
  return text;
}

ShapeWords words(const ConvDims& d) {
  ShapeWords words;
  words.add("N", {d.N}).add("H", {d.H}).add("W", {d.W}).add("C", {d.C}).add("K", {d.K});
  add_window(words, d.window);
  return words;
}

ShapeWords words(const ChannelwiseDims& d) {
  ShapeWords words;
  words.add("N", {d.N}).add("H", {d.H}).add("W", {d.W}).add("C", {d.C});
  add_window(words, d.window);
  return words;
}

ShapeWords words(const DenseDims& d) {
  return ShapeWords().add("N", {d.N}).add("C", {d.C}).add("K", {d.K});
}

ShapeWords words(const RowsDims& d) { return ShapeWords().add("rows", {d.rows}).add("C", {d.C}); }

ShapeWords words(const ImageDims& d) {
  return ShapeWords().add("N", {d.N}).add("H", {d.H}).add("W", {d.W}).add("C", {d.C});
}

ShapeWords words(const SliceDims& d) {
  return ShapeWords()
      .add("rows", {d.rows})
      .add("C", {d.C})
      .add("C_whole", {d.C_whole})
      .add("offset", {d.offset});
}

ShapeWords element_words(std::int64_t n) { return ShapeWords().add("n", {n}); }

ShapeWords with_fusion(ShapeWords words, const Fusion& fusion) {
  words.add_if(fusion.bias, "bias").add_if(fusion.residual, "residual");
  for (const auto& [activation, name] : kActivations)
    words.add_if(fusion.activation == activation, std::string(name));
  return words;
}

ShapeWords with_padding(ShapeWords words, const Padding2D& pad) {
  if (pad == Padding2D{pad.top, pad.top, pad.top, pad.top})
    words.add("pad", {pad.top});
  else
    words.add("pad", {pad.top, pad.bottom, pad.left, pad.right});
  return words;
}

ConvDims conv_dims(const ShapeWords& words) {
  return checked(ConvDims{.N = words.size("N"),
                          .H = words.size("H"),
                          .W = words.size("W"),
                          .C = words.size("C"),
                          .K = words.size("K"),
                          .window = window(words)},
                 words);
}

ChannelwiseDims channelwise_dims(const ShapeWords& words) {
  return checked(ChannelwiseDims{.N = words.size("N"),
                                 .H = words.size("H"),
                                 .W = words.size("W"),
                                 .C = words.size("C"),
                                 .window = window(words)},
                 words);
}

DenseDims dense_dims(const ShapeWords& words) {
  return {words.size("N"), words.size("C"), words.size("K")};
}

RowsDims rows_dims(const ShapeWords& words) { return {words.count("rows"), words.size("C")}; }

ImageDims image_dims(const ShapeWords& words) {
  return {words.size("N"), words.size("H"), words.size("W"), words.size("C")};
}

SliceDims slice_dims(const ShapeWords& words) {
  const auto& offset = words.numbers("offset");
  SliceDims d{.rows = words.count("rows"), .C = words.size("C"), .C_whole = words.size("C_whole")};
  if (offset.size() > 1 || (!offset.empty() && (offset[0] < 0 || offset[0] > d.C_whole - d.C)) ||
      d.C > d.C_whole)
    throw_input_error("the slice of \"{}\" lies outside; give offset + C of at most C_whole",
                      words.str());
  if (!offset.empty()) d.offset = static_cast<int>(offset[0]);
  return d;
}

Fusion fusion(const ShapeWords& words) {
  Fusion fusion{.bias = is_given(words, "bias"), .residual = is_given(words, "residual")};
  for (const auto& [activation, name] : kActivations) {
    if (!is_given(words, name)) continue;
    if (fusion.activation != Activation::none)
      throw_input_error("the shape \"{}\" has two activations; give one", words.str());
    fusion.activation = activation;
  }
  return fusion;
}

Padding2D padding(const ShapeWords& words) {
  const auto& pad = words.numbers("pad");
  if ((pad.size() > 1 && pad.size() != 4) ||
      std::ranges::any_of(pad, [](std::int64_t p) { return p < 0 || p > 1024; }))
    throw_input_error(
        "pad in \"{}\" is not possible; give one number or four (top, bottom, left, right) from "
        "0 to 1024",
        words.str());
  if (pad.empty()) return {};
  const auto side = [&](std::size_t i) { return static_cast<int>(pad[pad.size() == 1 ? 0 : i]); };
  return {side(0), side(1), side(2), side(3)};
}

}  // namespace nanopneumo::bench
