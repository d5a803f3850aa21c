#include "train/flat_ops.h"

#include <numeric>

namespace nanopneumo {
namespace {

constexpr int kColumns = 256;  // of the matrix that a flat buffer is taken for
constexpr int kGroupRows =
    512;  // summed by themselves, so that a GPU has many sums to do at a time

/// Calls work(first element, dims) for matrices that together are n elements: many groups of rows, the
/// rows that are left, and the elements of the last row.
template <class Work>
void for_each_matrix(std::int64_t n, const Work& work) {
  const std::int64_t rows = n / kColumns, groups = rows / kGroupRows;
  const auto left_rows = static_cast<int>(rows % kGroupRows);
  const auto left = static_cast<int>(n % kColumns);
  if (groups > 0)
    work(std::int64_t{0},
         ImageDims{.N = static_cast<int>(groups), .H = kGroupRows, .W = 1, .C = kColumns});
  if (left_rows > 0)
    work(groups * kGroupRows * kColumns, ImageDims{.N = 1, .H = left_rows, .W = 1, .C = kColumns});
  if (left > 0) work(n - left, ImageDims{.N = 1, .H = 1, .W = 1, .C = left});
}

}  // namespace

template <class T>
double sum_of_squares(const Tensor<T>& x) {
  Device& device = x.device();
  double sum = 0;
  for_each_matrix(x.size(), [&](std::int64_t first, const ImageDims& dims) {
    const T* part = x.data() + first;
    const Tensor<T> sums(device, {dims.N, dims.C});
    device.kernels<T>().channel_scale_gradient(device.stream(), dims, part, nullptr, part, nullptr,
                                               sums.data());
    const std::vector<T> columns = sums.to_host();
    sum = std::accumulate(columns.begin(), columns.end(), sum);
  });
  return sum;
}

template <class T>
void scale(const Tensor<T>& x, double factor) {
  Device& device = x.device();
  for_each_matrix(x.size(), [&](std::int64_t first, const ImageDims& dims) {
    const Tensor<T> factors(device, {dims.N, dims.C});
    device.kernels<T>().fill(device.stream(), factors.size(), static_cast<T>(factor),
                             factors.data());
    device.kernels<T>().channel_scale_forward(device.stream(), dims, x.data() + first,
                                              factors.data(), x.data() + first);
  });
}

template double sum_of_squares(const Tensor<float>&);
template double sum_of_squares(const Tensor<double>&);
template void scale(const Tensor<float>&, double);
template void scale(const Tensor<double>&, double);

}  // namespace nanopneumo
