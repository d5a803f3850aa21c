// plan.json: what is kept of a search among algorithms, and which files are refused.
#include <doctest/doctest.h>

#include <array>
#include <stdexcept>

#include "kernels/cpu/cpu_features.h"
#include "tensor/errors.h"
#include "tests/io/environment.h"
#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"
#include "train/plan_file.h"

namespace nanopneumo::test {
namespace {

constexpr std::array<std::string_view, 2> kBoth{"direct", "winograd"};

/// Measures nothing: says what a search would have said.
std::string ask(PlanChoices& plan, const std::string& convolution, std::string_view fastest) {
  std::string answer;
  if (const auto found = plan.find(convolution, kBoth))
    answer = *found;
  else
    plan.add(convolution, answer = fastest);
  plan.plan_is_complete();
  return answer;
}

std::shared_ptr<PlanFile> open_plan(const DeviceOptions& options,
                                    const std::filesystem::path& of_run = {}) {
  return nanopneumo::open_plan(
      options, [](const std::string&) {}, of_run);
}

DeviceOptions with_plan(const std::string& plan, const std::string& precision = "float32") {
  return {.threads = 2, .precision = precision, .plan = plan};
}

}  // namespace

TEST_CASE("default asks for no file") {
  CHECK(open_plan(with_plan("default")) == nullptr);
  count_cases();
}

TEST_CASE("what was measured is kept for the machine and for the run") {
  const TemporaryFolder folder;
  const Environment home({{"NANOPNEUMO_HOME", (folder.path() / "home").string()}});
  const std::filesystem::path run = folder.path() / "plan.json";
  {
    const auto plan = open_plan(with_plan("measured"));
    plan->keep_in(run);
    CHECK(ask(*plan, "a", "winograd") == "winograd");
    CHECK(ask(*plan, "b", "direct") == "direct");
  }
  CHECK(file_content(run).find(cpu::compiled_for()) != std::string::npos);
  // The machine's: another run gets the same without a search.
  CHECK(ask(*open_plan(with_plan("measured")), "a", "direct") == "winograd");
  // The run's: the same on a machine that has measured otherwise, or nothing.
  const Environment other({{"NANOPNEUMO_HOME", (folder.path() / "other").string()}});
  CHECK(ask(*open_plan(with_plan("measured")), "a", "direct") == "direct");
  CHECK(ask(*open_plan(with_plan("measured"), run), "a", "direct") == "winograd");
  // As the file of another run. What that has not got is refused.
  const auto fixed = open_plan(with_plan(run.string()));
  CHECK(ask(*fixed, "b", "winograd") == "direct");
  CHECK_THROWS_AS(ask(*fixed, "c", "direct"), InputError);
  // A run that began with a file keeps what it used of it and does without that file.
  const std::filesystem::path second = folder.path() / "second.json";
  fixed->keep_in(second);
  CHECK(ask(*open_plan(with_plan("gone.json"), second), "b", "winograd") == "direct");
  CHECK_THROWS_AS(ask(*open_plan(with_plan(second.string())), "a", "direct"), InputError);
  count_cases(8);
}

TEST_CASE("another number of threads or precision is another search") {
  const TemporaryFolder folder;
  const Environment home({{"NANOPNEUMO_HOME", (folder.path() / "home").string()}});
  CHECK(ask(*open_plan(with_plan("measured")), "a", "winograd") == "winograd");
  DeviceOptions one = with_plan("measured");
  one.threads = 1;
  CHECK(ask(*open_plan(one), "a", "direct") == "direct");
  CHECK(ask(*open_plan(with_plan("measured")), "a", "direct") == "winograd");
  count_cases(3);
}

/// The beginning of a plan.
std::string with_format(const std::string& format) { return R"({"format":")" + format + '"'; }

TEST_CASE("a damaged file in the cache is measured anew") {
  const TemporaryFolder folder;
  const Environment home({{"NANOPNEUMO_HOME", folder.path().string()}});
  ask(*open_plan(with_plan("measured")), "a", "winograd");
  const auto files = std::filesystem::directory_iterator(folder.path() / "plans");
  const std::filesystem::path cache = files->path();
  for (const std::string& content :
       {std::string(), std::string("{"), std::string("[]"), with_format(PlanFile::kFormat) + "}"}) {
    folder.file(std::filesystem::relative(cache, folder.path()).string(), content);
    std::string told;
    const auto plan = nanopneumo::open_plan(with_plan("measured"),
                                            [&](const std::string& sentence) { told = sentence; });
    CHECK(contains(told, "measured anew"));
    CHECK(contains(told, cache.string()));
    CHECK(ask(*plan, "a", "direct") == "direct");
    count_cases();
  }
  // So is what does not compute the convolution.
  folder.file(
      std::filesystem::relative(cache, folder.path()).string(),
      with_format(PlanFile::kFormat) + R"(,"precision":"float32","algorithms":{"a":"fft"}})");
  CHECK(ask(*open_plan(with_plan("measured")), "a", "winograd") == "winograd");
}

TEST_CASE("where nothing can be kept a search is told so and goes on") {
  const TemporaryFolder folder;
  folder.file("plans", "a file in the folder's place");
  const Environment home({{"NANOPNEUMO_HOME", folder.path().string()}});
  std::vector<std::string> told;
  const auto plan = nanopneumo::open_plan(
      with_plan("measured"), [&](const std::string& sentence) { told.push_back(sentence); });
  CHECK(ask(*plan, "a", "winograd") == "winograd");
  REQUIRE(told.size() == 1);
  CHECK(contains(told[0], "not kept"));
  CHECK(contains(told[0], (folder.path() / "plans").string()));
  count_cases();
}

TEST_CASE("files that are no plans are refused") {
  const TemporaryFolder folder;
  const std::string good =
      with_format(PlanFile::kFormat) + R"(,"precision":"float32","algorithms":)";
  CHECK_NOTHROW(open_plan(with_plan(folder.file("good.json", good + "{}}").string())));
  for (const std::string& content :
       {std::string(), std::string("{"), std::string("null"), std::string("[1]"),
        with_format("nanopneumo plan 2") + R"(,"precision":"float32","algorithms":{}})",
        good + "[]}", good + "{\"a\":1}}", good + "{}",
        with_format(PlanFile::kFormat) + R"(,"precision":3,"algorithms":{}})",
        std::string(2 << 20, '[')}) {
    CAPTURE(content.substr(0, 80));
    CHECK_THROWS_AS(open_plan(with_plan(folder.file("p.json", content).string())), InputError);
    count_cases();
  }
  CHECK_THROWS_AS(open_plan(with_plan((folder.path() / "none.json").string())), InputError);
  CHECK_THROWS_AS(open_plan(with_plan(folder.path().string())), InputError);
  const auto file = folder.file("q.json", good + "{\"a\":\"fft\"}}");
  CHECK_THROWS_AS(ask(*open_plan(with_plan(file.string())), "a", "direct"), InputError);
  DeviceOptions emulated = with_plan("measured");
  emulated.device = "emulated";
  CHECK_THROWS_AS(open_plan(emulated), InputError);
}

TEST_CASE("a search is left off between two convolutions, and keeps nothing") {
  const TemporaryFolder folder;
  const Environment home({{"NANOPNEUMO_HOME", folder.path().string()}});
  const auto plan = open_plan(with_plan("measured"));
  plan->stop_by([] { throw std::runtime_error("stopped"); });
  CHECK_THROWS_WITH(ask(*plan, "a", "winograd"), "stopped");
  CHECK_FALSE(std::filesystem::exists(folder.path() / "plans"));
  plan->stop_by({});
  CHECK(ask(*plan, "a", "winograd") == "winograd");
  count_cases(3);
}

}  // namespace nanopneumo::test
