// bench and profile as a user calls them.
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "tests/support/cases.h"
#include "tests/tools/sandbox.h"
#include "tools/bench/operations.h"

namespace nanopneumo::test {
namespace {

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

/// A shape of each operation's form that takes a moment.
std::string small_shape(const bench::Operation& operation) {
  const std::string form(operation.form);
  if (operation.name == "rescale") return "rows 40 C 3";
  if (form.find("offset") != std::string::npos) return "rows 40 C 3 C_whole 9 offset 2";
  if (form.starts_with("rows")) return "rows 40 C 12";
  if (form.starts_with("C")) return "C 40";
  if (form.starts_with("n")) return "n 1000";
  if (form.find(" R ") == std::string::npos)
    return form.find('H') == std::string::npos ? "N 5 C 20 K 9" : "N 2 H 7 W 6 C 3";
  const std::string window = "R 3 S 2 stride 2 pad 1";
  return form.find('K') == std::string::npos ? "N 2 H 7 W 6 C 8 " + window
                                             : "N 2 H 7 W 6 C 8 K 5 " + window;
}

TEST_CASE("profile runs each operation, finds no fault and says what limits it") {
  const Sandbox sandbox;
  const std::size_t step = static_cast<std::size_t>(one_in());
  for (std::size_t i = test_seed() % step; i < bench::operations().size(); i += step) {
    const bench::Operation& operation = bench::operations()[i];
    CAPTURE(operation.name);
    const std::string out = sandbox
                                .succeed({"profile", std::string(operation.name), "--shape",
                                          small_shape(operation), "--threads", "2"})
                                .out;
    CHECK(out.find("no races, no uninitialised reads") != std::string::npos);
    CHECK(out.find("traffic") != std::string::npos);
    CHECK(out.find("estimate from its peaks, not a measurement") != std::string::npos);
    count_cases();
  }
}

TEST_CASE("profile computes with tensor cores where it is asked to") {
  const Sandbox sandbox;
  for (const char* precision : {"tf32", "bf16"}) {
    const std::string out = sandbox
                                .succeed({"profile", "dense_forward", "--shape", "N 32 C 64 K 32",
                                          "--precision", precision})
                                .out;
    CHECK(out.find("tensor_core") != std::string::npos);
  }
}

TEST_CASE("profile and bench refuse what there is not") {
  const Sandbox sandbox;
  sandbox.refuse({"profile", "convolve"}, {"convolve", "(conv|", "augment_image"});
  sandbox.refuse({"profile", "add", "--shape", "N 3"}, {"N", "n"});
  sandbox.refuse({"profile", "conv_forward", "--shape", "N 1 H 2 W 2 C 1 K 1 R 3 S 3"},
                 {"window", "padding"});
  sandbox.refuse({"profile", "add", "--gpu", "voodoo"}, {"voodoo", "h100", "a100"});
  sandbox.refuse({"profile", "add", "--shape", "n 100000000"}, {"1.1 GiB", "smaller"});
  sandbox.refuse({"profile"}, {"OP"});
  sandbox.refuse({"bench", "ops", "--op", "convolve"}, {"convolve", "(conv|"});
  sandbox.refuse({"bench", "ops", "--device", "abacus"}, {"abacus"});
  sandbox.refuse({"bench", "ops", "--shapes", "missing.txt"}, {"missing.txt"});
  sandbox.refuse({"bench", "ladder", "--product", "N 4 C 4 K 4 bias"}, {"bias", "leave"});
  sandbox.refuse({"bench", "ladder", "--update", "missing.md", "--product", "N 4 C 4 K 4",
                  "--convolution", "N 1 H 4 W 4 C 1 K 1 R 1 S 1"},
                 {"missing.md"});
}

TEST_CASE("bench train lists the time of each operation in a step") {
  const Sandbox sandbox;
  const Arguments small{"--batch", "2", "--image-size", "64", "--repeats", "2", "--threads", "2"};
  const auto train = [&](Arguments call) {
    call.insert(call.end(), small.begin(), small.end());
    return sandbox.succeed(call).out;
  };
  const std::string cnn = train({"bench", "train", "cnn", "--per-op"});
  for (const char* part : {"cnn training step", "conv_forward", "adam", "between the operations",
                           "this machine at best", "% of peak", "% of limit",
                           "N 2 H 62 W 62 C 32 R 2 S 2 stride 2 pad 0 relu"})
    CHECK_MESSAGE(cnn.find(part) != std::string::npos, part);
  const std::string tuned =
      train({"bench", "train", "mobilenet", "--fine-tune", "all", "--per-op"});
  CHECK(tuned.find("fine-tune all") != std::string::npos);
  CHECK(tuned.find("depthwise_weight_gradient") != std::string::npos);
  CHECK(train({"bench", "train", "mobilenet"}).find("depthwise") == std::string::npos);
  // Of GPUs, and what emulates them, no peaks are measured.
  CHECK(train({"bench", "train", "cnn", "--per-op", "--device", "emulated"}).find("% of peak") ==
        std::string::npos);
  sandbox.refuse({"bench", "train", "cnn", "--fine-tune", "all"}, {"--fine-tune", "cnn"});
  count_cases();
}

TEST_CASE("bench ops writes one CSV line for each shape") {
  const Sandbox sandbox;
  sandbox.write("table.txt", "ResNet50 32 64 63 63 64 3 3 1 1 1 1 1 1 3\n");
  const auto bench = [&](const std::string& device, const std::string& op) {
    const Outcome outcome =
        sandbox.succeed({"bench", "ops", "--device", device, "--op", op, "--scale", "16", "--batch",
                         "1", "--repeats", "1", "--shapes", "table.txt", "--csv", "ops.csv"});
    const std::vector<std::string> csv = lines(sandbox.read("ops.csv"));
    REQUIRE(csv.size() > 1);
    const auto commas = std::ranges::count(csv.front(), ',');
    for (const std::string& line : csv) {
      CAPTURE(line);
      bool quoted = false;
      long cells = 0;
      for (const char c : line) {
        if (c == '"') quoted = !quoted;
        cells += c == ',' && !quoted;
      }
      CHECK(cells == commas);
    }
    return std::pair(outcome.out, csv);
  };
  {
    const auto [out, csv] = bench("cpu", "conv_forward");
    CHECK(csv.front().starts_with("op,shape,used by,device,precision,us,TFLOP/s,GB/s,peak"));
    CHECK(csv.size() == 3);  // plain, and with the fused epilogue
  }
  {
    const auto [out, csv] = bench("emulated", "conv_input_gradient");
    CHECK(csv.front().starts_with("op,shape,launches,load sectors,store sectors,L2,DRAM"));
    CHECK(std::ranges::any_of(csv, [](const std::string& line) {
      return line.find("N 1 H 4 W 4 C 64 K 64 R 3 S 3 stride 1 pad 1") != std::string::npos;
    }));
    CHECK(out.find("not a measurement") != std::string::npos);
    CHECK(out.find("16 times smaller") != std::string::npos);
  }
}

TEST_CASE("bench ladder writes its tables between the marks of a document") {
  const Sandbox sandbox;
  sandbox.write("doc.md",
                "before\n<!-- ladder begin: made by bench -->\nold\n<!-- ladder end -->\nafter\n");
  const Arguments call{
      "bench",          "ladder",    "--update", "doc.md",        "--product",
      "N 32 C 32 K 32", "--threads", "2",        "--convolution", "N 1 H 6 W 6 C 4 K 8 R 3 S 3"};
  sandbox.succeed(call);
  const std::string made = sandbox.read("doc.md");
  CHECK(made.starts_with("before\n<!-- ladder begin: made by bench -->\n"));
  CHECK(made.ends_with("<!-- ladder end -->\nafter\n"));
  CHECK(made.find("old") == std::string::npos);
  for (const char* step : {"naive", "shared_tiles", "register_tiles", "tensor_cores"})
    CHECK(made.find(step) != std::string::npos);
  sandbox.succeed(call);
  CHECK(sandbox.read("doc.md") == made);  // the same counters each time
}

}  // namespace
}  // namespace nanopneumo::test
