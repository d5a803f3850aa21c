// y[n,c] = mean over h,w of x[n,h,w,c]; dx[n,h,w,c] = dy[n,c] / (H*W)
//
// The mean is a reduction over the rows (pixels) of each group (image): one launch where an image is
// small, as at the end of a network; two where its pixels are shared among several blocks.
#include "kernels/cuda/map_rows.h"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/row_sums.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

struct Spread {
  struct Constants {
    using Real = float;
    float gradient;
  };
  const float* dy;
  int C;
  float pixels;

  __device__ Constants constants(std::int64_t image, int c) const {
    return {dy[image * C + c] / pixels};
  }
  __device__ void operator()(const Constants& k, float& dx) const { dx = k.gradient; }
};

RowGroups pixels_of_images(const ImageDims& d) { return {d.N, std::int64_t{d.H} * d.W, d.C}; }

}  // namespace

void global_average_pool_forward(Stream& stream, const ImageDims& d, const float* x, float* y) {
  const RowGroups images = pixels_of_images(d);
  const auto pixels = static_cast<float>(images.rows);
  with_vector(d.C % kVectorFloats == 0 && is_aligned16(x) && is_aligned16(y), [&](auto vector) {
    const RowTiles tiles = row_tiles(images, vector);
    if (tiles.chunks == 1)
      return reduce_rows<vector>(stream, "global_average_pool", tiles, RowSums{x, d.C, pixels, y});
    auto* sums = static_cast<float*>(gpu_stream(stream).workspace(
        sizeof(float) * static_cast<std::size_t>(tiles.chunks_of_all_groups * d.C)));
    reduce_rows<vector>(stream, "global_average_pool_chunks", tiles, RowSums{x, d.C, 1, sums});
    reduce_rows<1>(stream, "global_average_pool", narrow_tiles({d.N, tiles.chunks, d.C}),
                   RowSums{sums, d.C, pixels, y});
  });
}

void global_average_pool_gradient(Stream& stream, const ImageDims& d, const float* dy, float* dx) {
  const RowGroups images = pixels_of_images(d);
  map_rows(stream, "global_average_pool_gradient", images,
           Spread{dy, d.C, static_cast<float>(images.rows)}, Out{dx});
}

}  // namespace nanopneumo::GPU_NAMESPACE
