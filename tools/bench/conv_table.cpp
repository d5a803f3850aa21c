#include "tools/bench/conv_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "tensor/errors.h"

namespace nanopneumo::bench {
namespace {

constexpr std::size_t kNumbers = 14;

ConvRow parse(const std::string& line) {
  std::istringstream in(line);
  ConvRow row;
  in >> row.model;
  std::array<int, kNumbers> v{};
  for (int& number : v)
    if (!(in >> number) || number < 0) throw_input_error("it needs a model and 14 whole numbers");
  if (std::string rest; in >> rest) throw_input_error("\"{}\" is too much", rest);
  const auto [batch, cin, h, w, cout, kh, kw, stride, top, bottom, left, right, groups, count] = v;
  for (const int positive : {batch, cin, h, w, cout, kh, kw, stride, groups, count})
    if (positive < 1) throw_input_error("a size, stride or count is zero");
  row.depthwise = groups > 1;
  if (row.depthwise && (groups != cin || cout != cin))
    throw_input_error("{} groups of {} channels are not supported", groups, cin);
  row.dims = {.N = batch,
              .H = h,
              .W = w,
              .C = cin,
              .K = cout,
              .window = {.R = kh,
                         .S = kw,
                         .stride_h = stride,
                         .stride_w = stride,
                         .pad = {top, bottom, left, right}}};
  row.count = count;
  if (h + top + bottom < kh || w + left + right < kw)
    throw_input_error("the kernel is larger than the image");
  return row;
}

ChannelwiseDims channelwise(const ConvDims& d) { return {d.N, d.H, d.W, d.C, d.window}; }

/// The smallest image side that leaves an output.
int shrunk(int size, int scale, int window, int padding) {
  return std::max({(size + scale - 1) / scale, window - padding, 1});
}

}  // namespace

std::string ConvRow::str() const {
  const Window& w = dims.window;
  return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", model, dims.N, dims.C, dims.H,
                     dims.W, dims.K, w.R, w.S, w.stride_h, w.pad.top, w.pad.bottom, w.pad.left,
                     w.pad.right, depthwise ? dims.C : 1, count);
}

std::vector<ConvRow> conv_rows(const Architecture& architecture, const InputSize& size) {
  std::vector<ConvRow> rows;
  for (const RecordedCall& call : training_calls(architecture, size)) {
    ConvRow row{.model = std::string(architecture.name), .dims = {}, .count = call.count};
    if (call.op == "conv_forward") {
      row.dims = conv_dims(call.shape);
    } else if (call.op == "depthwise_forward") {
      const ChannelwiseDims d = channelwise_dims(call.shape);
      row.dims = {d.N, d.H, d.W, d.C, d.C, d.window};
      row.depthwise = true;
    } else {
      continue;
    }
    rows.push_back(row);
  }
  return rows;
}

std::vector<ConvRow> read_conv_table(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in)
    throw_input_error("{} cannot be read; give a table of convolutions with --shapes",
                      file.string());
  std::vector<ConvRow> rows;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    try {
      rows.push_back(parse(line));
    } catch (const InputError& error) {
      throw_input_error(
          "line {} of {} is no convolution: {}; write it as \"bench shapes\" prints it", number,
          file.string(), error.what());
    }
  }
  return rows;
}

ConvRow resized(ConvRow row, int batch, int scale) {
  const Window& w = row.dims.window;
  row.dims.N = batch;
  row.dims.H = shrunk(row.dims.H, scale, w.R, w.pad.top + w.pad.bottom);
  row.dims.W = shrunk(row.dims.W, scale, w.S, w.pad.left + w.pad.right);
  return row;
}

std::string registered_name(const std::string& model) {
  std::string name = model;
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name == "smallcnn" ? "cnn" : name;
}

std::vector<UsedShape> shapes_of(const ConvRow& row) {
  const Fusion fused{.bias = true, .activation = Activation::relu};
  const ShapeWords shape = row.depthwise ? words(channelwise(row.dims)) : words(row.dims);
  const std::string family = row.depthwise ? "depthwise_" : "conv_";
  return {{family + "forward", shape, row.model},
          {family + "forward", with_fusion(shape, fused), row.model},
          {family + "input_gradient", shape, row.model},
          {family + "weight_gradient", shape, row.model}};
}

}  // namespace nanopneumo::bench
