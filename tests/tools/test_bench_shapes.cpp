#include <doctest/doctest.h>

#include <set>

#include "tensor/errors.h"
#include "tests/support/cases.h"
#include "tests/tools/sandbox.h"
#include "tools/bench/conv_table.h"
#include "tools/bench/operations.h"

namespace nanopneumo::test {
namespace {

using namespace bench;

/// The same convolution of an image that its padding has been added to. (The table has the layer
/// ZeroPadding2D before a convolution sometimes as an image of its own and sometimes as padding.)
ConvRow with_padding_in_image(ConvRow row) {
  Padding2D& pad = row.dims.window.pad;
  row.dims.H += pad.top + pad.bottom;
  row.dims.W += pad.left + pad.right;
  pad = {};
  return row;
}

/// The table leaves out EfficientNet's squeeze-and-excite, convolutions of a single pixel.
bool is_of_one_pixel(const ConvRow& row) { return row.dims.H == 1 && row.dims.W == 1; }

TEST_CASE("The convolutions of our networks are those of the table") {
  const auto file = shared_data("conv_shapes.txt", 223);
  if (!file) return;
  std::vector<ConvRow> expected;
  for (ConvRow row : read_conv_table(*file)) {
    row.model = registered_name(row.model);
    expected.push_back(row);
  }
  int compared = 0;
  for (const Architecture& architecture : architectures()) {
    std::multiset<std::string> ours, theirs;
    for (const ConvRow& row : conv_rows(architecture, {}))
      if (!is_of_one_pixel(row)) ours.insert(with_padding_in_image(row).str());
    for (const ConvRow& row : expected)
      if (row.model == architecture.name) theirs.insert(with_padding_in_image(row).str());
    CHECK(ours == theirs);
    compared += static_cast<int>(ours.size());
  }
  CHECK(compared == static_cast<int>(expected.size()));
  count_cases(compared);
}

TEST_CASE("bench shapes prints the table that --shapes reads") {
  const Sandbox sandbox;
  const std::string table = sandbox.succeed({"bench", "shapes"}).out;
  CHECK(table.find("cnn 32 3 250 250 32 3 3 1 0 0 0 0 1 1\n") == 0);
  CHECK(table.find("mobilenet 32 512 15 15 512 3 3 1 1 1 1 1 512 5\n") != std::string::npos);
  sandbox.write("table.txt", table);
  std::string again;
  for (const ConvRow& row : read_conv_table(sandbox.path("table.txt"))) again += row.str() + "\n";
  CHECK(again == table);
}

TEST_CASE("Every operation of the contract has a case and is in the list of shapes") {
  CHECK(operations().size() == sizeof(Kernels<float>) / sizeof(Op<void()>));
  std::set<std::string> used;
  for (const UsedShape& shape : used_shapes({.batch = 2, .pixels = 62})) used.insert(shape.op);
  for (const Operation& operation : operations()) {
    CAPTURE(operation.name);
    CHECK(used.contains(std::string(operation.name)));
    const OpCase made = make_case(operation.name, ShapeWords(operation.example));
    CHECK(made.shape.str() == operation.example);
    CHECK(made.compulsory_bytes() > 0);
  }
}

TEST_CASE("A shape's text and its dims go both ways") {
  const ConvDims conv{2, 9, 11, 3, 5, {3, 2, 2, 1, {1, 2, 0, 1}}};
  CHECK(words(conv).str() == "N 2 H 9 W 11 C 3 K 5 R 3 S 2 stride 2 1 pad 1 2 0 1");
  CHECK(conv_dims(ShapeWords(words(conv).str())) == conv);
  const SliceDims slice{7, 2, 9, 3};
  CHECK(slice_dims(ShapeWords(words(slice).str())) == slice);
  const Fusion f = fusion(ShapeWords("N 1 C 2 K 3 bias relu6"));
  CHECK(f.bias);
  CHECK(!f.residual);
  CHECK(f.activation == Activation::relu6);
}

TEST_CASE("Shapes that are not possible are refused") {
  for (const char* shape :
       {"", "3 N", "N 1 H 2", "N 1 H 2 W 2 C 1 K 1 R 3 S 3", "N 0 H 4 W 4 C 1 K 1 R 3 S 3",
        "N 1 N 1 H 4 W 4 C 1 K 1 R 3 S 3", "N 1 H 4 W 4 C 1 K 1 R 3 S 3 pad 1 2",
        "N 1 H 4 W 4 C 1 K 1 R 3 S 3 stride 0", "N 1 H 4 W 4 C 1 K 1 R 3 S 3 colour 2",
        "N 99999999999 H 4 W 4 C 1 K 1 R 3 S 3", "N 1 H 1073741825 W 4 C 1 K 1 R 1 S 1",
        "N 1073741824 H 1073741824 W 1073741824 C 1 K 1 R 1 S 1",
        "N 1 H 4 W 4 C 1 K 1 R 3 S 3 bias 2", "N 1 H 4 W 4 C 1 K 1 R 3 S 3 relu relu6"}) {
    CAPTURE(shape);
    CHECK_THROWS_AS(make_case("conv_forward", ShapeWords(shape)), InputError);
  }
  const auto refuse = [](const char* op, const char* shape) {
    CAPTURE(op);
    CHECK_THROWS_AS(make_case(op, ShapeWords(shape)), InputError);
  };
  refuse("convolve", "n 1");
  refuse("add", "n 4611686018427387905");
  refuse("batch_norm_training", "rows 9000000000000000000 C 3");
  refuse("normalize_image", "N 1 H 4 W 4 C 2");
  refuse("augment_image", "N 1 H 4 W 4 C 4");
  refuse("max_pool_forward", "N 1 H 20 W 20 C 1 R 16 S 16");
  refuse("max_pool_gradient", "N 1 H 4 W 4 C 1 R 2 S 2 pad 2");
  refuse("average_pool_forward", "N 1 H 4 W 4 C 1 R 2 S 2 stride 4 pad 0 4 0 0");
  refuse("read_slice", "rows 4 C 5 C_whole 4");
}

TEST_CASE("A table line that is no convolution is refused with its number") {
  const Sandbox sandbox;
  const std::string good = "VGG16 32 3 250 250 64 3 3 1 1 1 1 1 1 1\n";
  for (const char* bad :
       {"VGG16 32 3 250\n", "VGG16 32 3 250 250 64 3 3 1 1 1 1 1 1 1 9\n",
        "VGG16 32 3 250 250 64 3 3 0 1 1 1 1 1 1\n", "VGG16 32 4 250 250 64 3 3 1 1 1 1 1 2 1\n",
        "VGG16 32 3 1 1 64 3 3 1 0 0 0 0 1 1\n"}) {
    CAPTURE(bad);
    sandbox.write("table.txt", good + bad);
    CHECK_THROWS_WITH_AS(read_conv_table(sandbox.path("table.txt")), doctest::Contains("line 2"),
                         InputError);
  }
  CHECK_THROWS_AS(read_conv_table(sandbox.path("missing.txt")), InputError);
}

// An operation's compulsory bytes and FLOPs, worked out by hand.
TEST_CASE("Cost of an operation") {
  const OpCase conv =
      make_case("conv_forward", ShapeWords("N 2 H 5 W 6 C 3 K 4 R 3 S 3 stride 2 bias relu"));
  // x: rows 0..4 of 5, columns 0..4 of 6; w, bias; y: 2 x 2 x 2 x 4
  CHECK(conv.compulsory_bytes() == 4 * (2 * 5 * 5 * 3 + 9 * 12 + 4 + 32));
  CHECK(conv.flops == 2 * 32 * 27 + 2 * 32);
  const OpCase adam = make_case("adam", ShapeWords("n 10"));
  CHECK(adam.compulsory_bytes() == 4 * 10 * 7);  // reads g, m, v, w and writes m, v, w
  const OpCase pool = make_case("max_pool_forward", ShapeWords("N 1 H 5 W 5 C 1 R 2 S 2 stride 2"));
  CHECK(pool.compulsory_bytes() == 4 * 16 + 4 * 4 + 4);  // the last row and column are not read
  const OpCase slice = make_case("write_slice", ShapeWords("rows 3 C 2 C_whole 8 offset 1"));
  CHECK(slice.compulsory_bytes() == 2 * 4 * 6);
}

TEST_CASE("Pixels that a window reads") {
  CHECK(touched_pixels(10, 3, 1, 1, 10) == 10);
  CHECK(touched_pixels(10, 1, 2, 0, 5) == 5);  // every other one
  CHECK(touched_pixels(5, 2, 2, 0, 2) == 4);   // the last one is left over
  CHECK(touched_pixels(7, 3, 2, 0, 3) == 7);
  CHECK(touched_pixels(4, 3, 4, 3, 2) == 3);  // the first window lies in the padding
}

}  // namespace
}  // namespace nanopneumo::test
