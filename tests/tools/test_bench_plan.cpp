// bench forward --per-op, bench on its own, traces, the memory that train plans, what doctor measures.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "io/csv.h"
#include "kernels/asan.h"
#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/tools/sandbox.h"

namespace nanopneumo::test {
namespace {

const Arguments kSmall{"--batch", "6", "--image-size", "48", "--repeats", "3", "--threads", "2"};

Arguments with(Arguments call, const Arguments& more) {
  call.insert(call.end(), more.begin(), more.end());
  return call;
}

/// The names of a trace's spans, as often as there are some.
std::multiset<std::string> names(const Sandbox& sandbox, const std::string& file) {
  std::multiset<std::string> found;
  for (const nlohmann::json& event : nlohmann::json::parse(sandbox.read(file))) {
    if (event.at("ph") != "X") continue;
    CHECK(event.at("ts").get<double>() >= 0);
    CHECK(event.at("dur").get<double>() >= 0);
    found.insert(event.at("name").get<std::string>());
  }
  return found;
}

bool has_operation(const std::multiset<std::string>& names) {
  return std::ranges::any_of(names,
                             [](const std::string& name) { return name.starts_with("conv 3x3"); });
}

}  // namespace

TEST_CASE("bench forward --per-op lists each fused operation, and its figures add up") {
  const Sandbox sandbox;
  for (const char* model : {"cnn", "mobilenet"}) {
    const std::string out = sandbox
                                .succeed(with({"bench", "forward", model, "--per-op",
                                               "--against-onednn", "--csv", "plan.csv"},
                                              kSmall))
                                .out;
    for (const char* part : {"GFLOP/s", "GB/s", "img/s", "this machine at best", "% of limit",
                             "the whole batch of 6 at once: ", "as many as the plan runs at once: ",
                             "the whole forward takes"})
      CHECK_MESSAGE(contains(out, part), part);
    const CsvTable table = CsvTable::read(sandbox.path("plan.csv"));
    REQUIRE(table.rows() > 10);
    const std::size_t sum = table.rows() - 2, between = table.rows() - 1;
    CHECK(table.text(sum, "operation") == "all operations");
    CHECK(table.text(between, "operation") == "between the operations");
    double milliseconds = 0;
    for (std::size_t row = 0; row < sum; ++row) {
      CAPTURE(table.text(row, "operation"));
      CHECK_FALSE(table.text(row, "by").empty());
      // Six images, the more at once the smaller they have become.
      const std::map<double, double> calls_by_images{{1, 6}, {4, 2}, {6, 1}};
      REQUIRE(calls_by_images.contains(table.number(row, "at once")));
      CHECK(table.number(row, "calls") == calls_by_images.at(table.number(row, "at once")));
      CHECK(table.number(row, "ms") >= 0);
      CHECK(table.number(row, "GFLOP/s") >= 0);
      CHECK(table.number(row, "GB/s") >= 0);  // a machine that has other work rounds to 0
      CHECK(table.number(row, "% of limit") >= 0);
      CHECK(table.number(row, "img/s") >= 0);
      const double nearest =
          std::max(table.number(row, "% of peak"), table.number(row, "% of bandwidth"));
      CHECK_FALSE(!(std::abs(table.number(row, "% of limit") - nearest) <= 0.01));
      milliseconds += table.number(row, "ms");
      count_cases();
    }
    const double rounding = 0.0006 * static_cast<double>(sum);
    CHECK_FALSE(!(std::abs(milliseconds - table.number(sum, "ms")) <= rounding));
    const double shares = table.number(sum, "% of time") + table.number(between, "% of time");
    CHECK_FALSE(!(std::abs(shares - 100) <= 0.11));
  }
  const CsvTable table = CsvTable::read(sandbox.path("plan.csv"));
  CHECK(table.text(0, "operation") == "conv 3x3 /2 48x48x3 -> 32 relu6");
  // On its own, or with the 1x1 convolution after it.
  CHECK(table.text(1, "operation").starts_with("depthwise 3x3 /1 24x24x32 relu6"));
  sandbox.refuse({"bench", "forward", "cnn", "--per-op", "--device", "emulated"},
                 {"--per-op", "emulated"});
  count_cases();
}

TEST_CASE("bench forward --gray reads fewer channels") {
  const Sandbox sandbox;
  for (const auto& [model, first] : {std::pair{"mobilenet", "conv 3x3 /2 48x48x1 -> 32"},
                                     {"resnet50", "conv 7x7 /2 48x48x2 -> 64"}}) {
    const std::string out =
        sandbox.succeed(with({"bench", "forward", model, "--per-op", "--gray"}, kSmall)).out;
    CHECK_MESSAGE(contains(out, first), out);
    count_cases();
  }
  sandbox.refuse(with({"bench", "forward", "cnn", "--gray"}, kSmall), {"--gray", "cnn"});
  sandbox.refuse({"bench", "forward", "mobilenet", "--gray", "1"}, {"1"});
  count_cases(2);
}

TEST_CASE("bench on its own has a line for each model, or looks into one") {
  const Sandbox sandbox;
  const Arguments tiny{"--batch", "1", "--repeats", "1", "--image-size", "75", "--threads", "2"};
  const std::string all = sandbox.succeed(with({"bench", "--device", "cpu"}, tiny)).out;
  for (const char* model : {"cnn", "densenet121", "efficientnetb4", "inceptionv3", "mobilenet",
                            "resnet50", "vgg16", "xception"})
    CHECK_MESSAGE(contains(all, model), model);
  CHECK(std::ranges::count(all, '\n') == 2 + 8);  // the machine's best, a line of titles
  CHECK_FALSE(contains(all, "nan"));
  const std::string one =
      sandbox.succeed(with({"bench", "--device", "cpu", "--model", "cnn"}, tiny)).out;
  CHECK(contains(one, "between the operations"));
  sandbox.refuse({"bench", "--model", "resnet"}, {"resnet"});
  sandbox.refuse({"bench", "forwards"}, {"forwards"});
}

TEST_CASE("--trace writes the phases of a run") {
  const Sandbox sandbox;
  sandbox.succeed(with({"bench", "forward", "mobilenet", "--trace", "forward.json"}, kSmall));
  const std::multiset<std::string> forward = names(sandbox, "forward.json");
  CHECK(forward.contains("forward"));
  CHECK(has_operation(forward));
  const std::string out =
      sandbox
          .succeed({"train",        "mobilenet", "--weights", "none", "--phantoms", "12",
                    "--image-size", "48",        "--batch",   "5",    "--epochs",   "1",
                    "--augment",    "paper",     "--threads", "2",    "--out",      "run",
                    "--trace",      "train.json"})
          .out;
  CHECK(contains(out, "train.json"));
  const std::multiset<std::string> training = names(sandbox, "train.json");
  for (const char* phase : {"images", "compile", "gather", "augment", "normalize", "frozen part",
                            "forward", "backward", "update", "validation", "checkpoint"})
    CHECK_MESSAGE(training.contains(phase), phase);
  CHECK(has_operation(training));
  sandbox.refuse(tiny_training("other", {"--trace", "missing/trace.json"}), {"missing/trace.json"});
  sandbox.refuse(with({"bench", "forward", "cnn", "--trace", "missing/trace.json"}, kSmall),
                 {"missing/trace.json"});
}

TEST_CASE("a resumed run compiles its frozen part once, when its values are there") {
  const Sandbox sandbox;
  sandbox.succeed({"train", "mobilenet", "--weights", "none", "--phantoms", "12", "--image-size",
                   "48", "--epochs", "1", "--threads", "1", "--out", "run"});
  sandbox.succeed({"train", "--resume", "run", "--epochs", "2", "--trace", "resumed.json"});
  CHECK(names(sandbox, "resumed.json").count("compile") == 1);
}

TEST_CASE("a trace is written of a range test, and where the run ends in an error") {
  const Sandbox sandbox;
  sandbox.succeed(tiny_training("rates", {"--find-lr", "--trace", "rates.json"}));
  CHECK(names(sandbox, "rates.json").contains("backward"));
  const Outcome broken =
      sandbox.run(tiny_training("broken", {"--learning-rate", "1e30", "--trace", "broken.json"}));
  check_refusal(broken, {"not_finite.txt"});
  CHECK(names(sandbox, "broken.json").contains("backward"));
}

TEST_CASE("train says before the first epoch which memory it has planned") {
  const Sandbox sandbox;
  const std::string frozen =
      sandbox
          .succeed({"train", "mobilenet", "--weights", "none", "--phantoms", "12", "--image-size",
                    "48", "--epochs", "1", "--threads", "2", "--out", "run"})
          .out;
  const std::size_t line = frozen.find("memory      planned ");
  REQUIRE(line != std::string::npos);
  CHECK(line < frozen.find("epoch 1/1"));
  for (const char* part : {"frozen part", "values", "weights", "parameters", "images", "features"})
    CHECK_MESSAGE(frozen.find(part, line) != std::string::npos, part);
  const std::string cnn = sandbox.succeed(tiny_training("cnn")).out;
  CHECK(contains(cnn, "memory      planned "));
  CHECK(contains(cnn, "a training step"));
  CHECK_FALSE(contains(cnn, "frozen part "));
}

double number_after(const std::string& text, const std::string& words) {
  const std::size_t at = text.find(words);
  REQUIRE_MESSAGE(at != std::string::npos, words);
  return std::stod(text.substr(at + words.size()));
}

TEST_CASE("train says what the backbone takes once it is trained too") {
  const Sandbox sandbox;
  const std::string out =
      sandbox
          .succeed({"train", "mobilenet", "--weights", "none", "--phantoms", "12", "--image-size",
                    "48", "--epochs", "2", "--fine-tune", "all", "--head-epochs", "1", "--threads",
                    "2", "--out", "run"})
          .out;
  const double head = number_after(out, "memory      planned ");
  const double all = number_after(out, "once the backbone is trained too, planned ");
  CHECK(all > head + 20);
  // With the cut lower down rows are larger, and with nothing frozen there are none.
  const auto second_line = [&](const char* layers, const char* name) {
    const std::string text =
        sandbox
            .succeed({"train", "mobilenet", "--weights", "none", "--phantoms", "12", "--image-size",
                      "96", "--epochs", "2", "--fine-tune", layers, "--head-epochs", "1", "--out",
                      name})
            .out;
    return text.substr(text.find("once the"));
  };
  CHECK(number_after(second_line("7", "part"), "features kept ") > 0.1);
  CHECK_FALSE(contains(second_line("all", "whole"), "features kept "));
  const std::string at_once =
      sandbox
          .succeed({"train", "mobilenet", "--weights", "none", "--phantoms", "12", "--image-size",
                    "48", "--epochs", "1", "--fine-tune", "all", "--threads", "2", "--out",
                    "at_once"})
          .out;
  CHECK_FALSE(contains(at_once, "once the backbone"));
  CHECK(std::stod(at_once.substr(at_once.find("a training step ") + 16)) ==
        number_after(out.substr(out.find("once the")), "a training step "));
  count_cases(2);
}

#if !defined(NANOPNEUMO_ASAN)
TEST_CASE("A run takes the memory that was planned, and the program's own") {
  const Sandbox sandbox;
  int runs = 0;
  for (const Arguments& model :
       {Arguments{"cnn", "--image-size", "200"},
        Arguments{"mobilenet", "--weights", "none", "--fine-tune", "all", "--image-size", "160"},
        Arguments{"resnet50", "--weights", "none", "--fine-tune", "20", "--image-size", "64"},
        Arguments{"resnet50", "--weights", "none", "--image-size", "96"}}) {
    INFO(model[0]);
    const std::string out =
        sandbox
            .succeed(with({"train"}, with(model, {"--phantoms", "40", "--epochs", "1", "--threads",
                                                  "2", "--out", std::to_string(++runs)})))
            .out;
    const double planned = number_after(out, "memory      planned ");
    const double peak = number_after(out, "peak memory ");
    CHECK(planned > 150);
    CHECK(peak > planned);
    CHECK(peak < planned + 100);  // MiB
    const double expected = number_after(out, "libraries about ");
    CHECK_FALSE(!(std::abs(peak - expected) <= 0.08 * peak));
    count_cases();
  }
}
#endif

TEST_CASE("doctor measures what the machine does at best") {
  const Sandbox sandbox;
  const std::string out = sandbox.succeed({"doctor"}).out;
  for (const char* part : {"oneDNN ", "features ", "--precision bf16 is ", "GFLOP/s in float32",
                           "GB/s of memory (measured"})
    CHECK_MESSAGE(contains(out, part), part);
  const std::size_t at = out.find("at best");
  REQUIRE(at != std::string::npos);
  CHECK(std::stod(out.substr(at + 7)) > 0);
}

}  // namespace nanopneumo::test
