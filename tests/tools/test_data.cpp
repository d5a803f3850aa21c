// Data sets that train, evaluate, predict and data info are given.
#include <doctest/doctest.h>

#include "io/image_write.h"
#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/tools/phantom_data.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

const fs::path kPicture = "data/train/NORMAL/phantom-000000.png";

/// Refused alike by training and by `data info`.
void refuse_data(const Sandbox& sandbox, const std::vector<std::string>& parts,
                 const Arguments& more = {}) {
  Arguments training = tiny_training("run", {"--data", "data"});
  training.insert(training.end(), more.begin(), more.end());
  sandbox.refuse(training, parts);
  Arguments info{"data", "info", "data"};
  info.insert(info.end(), more.begin(), more.end());
  sandbox.refuse(info, parts);
}

}  // namespace

TEST_CASE("a data folder that is none") {
  const Sandbox sandbox;
  refuse_data(sandbox, {"data", "does not exist", "check the path"});
  sandbox.write("data", "text");
  refuse_data(sandbox, {"data", "is a file"});
}

TEST_CASE("an empty data folder") {
  const Sandbox sandbox;
  fs::create_directory(sandbox.path("data"));
  refuse_data(sandbox, {"data", "no class folders", "NORMAL and PNEUMONIA"});
  fs::create_directory(sandbox.path("data/train"));
  refuse_data(sandbox, {"train", "no class folders"});
}

TEST_CASE("one class, three classes, an empty class, other classes") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data");
  fs::rename(sandbox.path("data/test/NORMAL"), sandbox.path("data/test/HEALTHY"));
  refuse_data(sandbox, {"data/test", "HEALTHY and PNEUMONIA", "NORMAL and PNEUMONIA", "rename"});
  fs::rename(sandbox.path("data/test/HEALTHY"), sandbox.path("data/test/NORMAL"));
  fs::create_directory(sandbox.path("data/train/COVID"));
  refuse_data(sandbox, {"data/train", "3 class folders", "COVID"});
  fs::remove(sandbox.path("data/train/COVID"));
  fs::remove_all(sandbox.path("data/train/NORMAL"));
  refuse_data(sandbox, {"data/train", "1 class folder:", "PNEUMONIA"});
  fs::create_directory(sandbox.path("data/train/NORMAL"));
  refuse_data(sandbox, {"data/train/NORMAL", "no JPEG, PNG or BMP"});
}

TEST_CASE("class folders without a validation part") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "all");
  fs::rename(sandbox.path("all/train"), sandbox.path("data"));
  sandbox.refuse(tiny_training("run", {"--data", "data"}), {"data", "--val-split"});
  sandbox.succeed(tiny_training("split", {"--data", "data", "--val-split", "0.25"}));
  refuse_data(sandbox, {"data/NORMAL", "0.01", "fraction"}, {"--val-split", "0.01"});
  const std::string info = sandbox.succeed({"data", "info", "data"}).out;
  CHECK(contains(info, "first 20 % of each class folder"));
}

TEST_CASE("data info counts what train would use") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data");
  const std::string info = sandbox.succeed({"data", "info", "data"}).out;
  CHECK(contains(info, "training    16 images from train/"));
  CHECK(contains(info, "validation  4 images from test/"));
  CHECK(contains(info, "height 46 to 46, width 46 to 46 pixels"));
  const std::string split = sandbox.succeed({"data", "info", "data", "--val-split", "0.5"}).out;
  CHECK(contains(split, "validation  8 images from first 50 %"));
  sandbox.refuse({"data", "info", "data", "--val-split", "0"}, {"--val-split"});
  sandbox.refuse({"data", "info", "data", "--val-split", "1.5"}, {"--val-split", "1.5"});
}

TEST_CASE("pictures that cannot be decoded are named") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data");
  const std::string png = sandbox.read(kPicture);
  sandbox.write(kPicture, "this is text");
  refuse_data(sandbox, {"phantom-000000.png"});
  sandbox.write(kPicture, "");
  refuse_data(sandbox, {"phantom-000000.png"});
  sandbox.write(kPicture, png.substr(0, png.size() / 2));
  refuse_data(sandbox, {"phantom-000000.png"});
  sandbox.write(kPicture, std::string("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", 12));
  refuse_data(sandbox, {"phantom-000000.png"});
  sandbox.write(kPicture, png);
  sandbox.write("data/test/NORMAL/animated.jpg", "GIF89a\x01\x01\x01\x01");
  refuse_data(sandbox, {"animated.jpg", "GIF"});
}

TEST_CASE("data info reads on behind a broken picture and lists all that are") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data");
  const std::string other = "data/train/PNEUMONIA/phantom-000001.png";
  sandbox.write(kPicture, "this is text");
  sandbox.write(other, sandbox.read(other).substr(0, 100));
  const Outcome info =
      sandbox.refuse({"data", "info", "data"}, {"2 of 20 pictures", "phantom-000000.png"});
  CHECK(contains(info.out, "training    14 images"));
  CHECK(contains(info.out, "2 cannot be read"));
  CHECK(contains(info.out, "phantom-000000.png"));
  CHECK(contains(info.out, "phantom-000001.png"));
  CHECK(contains(info.out, "validation  4 images"));
  count_cases();
}

TEST_CASE("a folder, a dead link and a circle of links named like pictures") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data");
  const fs::path odd = sandbox.path("data/train/NORMAL/odd.png");
  fs::create_symlink("nowhere.png", odd);
  refuse_data(sandbox, {"odd.png", "does not exist"});
  fs::remove(odd);
  fs::create_symlink("odd.png", odd);
  refuse_data(sandbox, {"odd.png", "circle"});
  fs::remove(odd);
  sandbox.write("data/train/NORMAL/odd.png", "x");
  fs::permissions(odd, fs::perms::none);
  sandbox.refuse({"data", "info", "data"}, {"odd.png", "permissions"});
  fs::remove(odd);
  // A folder is searched, whatever its name, and a link back to the top ends nowhere.
  fs::create_directory(odd);
  fs::create_directory_symlink("..", odd / "up");
  sandbox.succeed({"data", "info", "data"});
}

TEST_CASE("a long strip of a picture works or is refused") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data");
  write_png(sandbox.path(kPicture), {1, 16384, 1, std::vector<std::uint8_t>(16384, 100)});
  sandbox.succeed(tiny_training("run", {"--data", "data"}));
  CHECK(contains(sandbox.succeed({"data", "info", "data"}).out, "width 46 to 16384"));
  fs::remove_all(sandbox.path("run"));
  std::string bmp("BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x20\x4e\0\0\x01\0\0\0\x01\0\x18\0", 30);
  bmp.resize(54 + 60000);  // 20000 x 1
  sandbox.write("data/train/NORMAL/strip.bmp", bmp);
  refuse_data(sandbox, {"strip.bmp", "20000"});
}

TEST_CASE("gray and coloured pictures mix") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data");
  std::vector<std::uint8_t> red(std::size_t{50} * 60 * 3);
  for (std::size_t i = 0; i < red.size(); i += 3) red[i] = 200;
  write_png(sandbox.path("data/train/NORMAL/red.png"), {50, 60, 3, red});
  sandbox.succeed(tiny_training("run", {"--data", "data"}));
  const std::string info = sandbox.succeed({"data", "info", "data"}).out;
  CHECK(contains(info, "9 images, 8 gray"));
}

TEST_CASE("files that are no pictures are left aside with a note") {
  const Sandbox sandbox;
  put_phantoms(sandbox, "data");
  sandbox.write("data/train/NORMAL/readme.txt", "text");
  CHECK(contains(sandbox.succeed(tiny_training("run", {"--data", "data"})).out,
                 "note: 1 file in train/ is not named"));
}

TEST_CASE("data phantoms writes a data set that says what it is") {
  const Sandbox sandbox;
  const Outcome drawn = sandbox.succeed(
      {"data", "phantoms", "data", "--count", "10", "--size", "46x60", "--threads", "2"});
  CHECK(contains(drawn.out, "no X-rays"));
  CHECK(contains(sandbox.read("data/PHANTOMS.txt"), "synthetic"));
  CHECK(contains(sandbox.succeed({"data", "info", "data"}).out,
                 "height 46 to 46, width 60 to 60 pixels"));
  sandbox.succeed(
      {"data", "phantoms", "again", "--count", "10", "--size", "46x60", "--threads", "1"});
  CHECK(sandbox.tree("data") == sandbox.tree("again"));
  sandbox.refuse({"data", "phantoms", "data"}, {"data", "not an empty folder"});
}

TEST_CASE("phantoms that cannot be drawn") {
  const Sandbox sandbox;
  sandbox.refuse({"data", "phantoms", "data", "--count", "9"}, {"--count", "9"});
  sandbox.refuse({"data", "phantoms", "data", "--count", "x"}, {"--count", "x"});
  sandbox.refuse({"data", "phantoms", "data", "--size", "15"}, {"15 x 15", "16"});
  sandbox.refuse({"data", "phantoms", "data", "--size", "99999"}, {"99999"});
  sandbox.refuse({"data", "phantoms", "data", "--size", "4x"}, {"4x", "HEIGHTxWIDTH"});
  sandbox.refuse({"data", "phantoms", "data", "--seed", "-1"}, {"--seed", "-1"});
  sandbox.refuse({"data", "phantoms", "data", "--threads", "-1"}, {"--threads", "-1"});
  sandbox.refuse({"data", "info", "data", "--threads", "-1"}, {"--threads", "-1"});
  sandbox.write("file", "");
  sandbox.refuse({"data", "phantoms", "file"}, {"file"});
  sandbox.refuse({"data", "phantoms", "file/data"}, {"file"});
  RunOptions disk_full;
  disk_full.largest_file = 600;
  check_refusal(sandbox.run({"data", "phantoms", "data", "--count", "10"}, disk_full),
                {"data/", ".png", "cannot be written", "free some space"});
}

}  // namespace nanopneumo::test
