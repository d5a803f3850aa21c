// A training run each of whose writes goes wrong in turn. (Sanitizers want to be loaded before anything else.)
#include <doctest/doctest.h>

#include <cerrno>
#include <filesystem>
#include <random>

#include "kernels/asan.h"
#include "tests/support/cases.h"
#include "tests/tools/sandbox.h"

#if !defined(NANOPNEUMO_ASAN)
namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

constexpr int kHalfWritten = 0;  // no error: a write takes less than it is given

Arguments short_training() {
  return tiny_training("run", {"--epochs", "3", "--augment", "paper", "--tensorboard"});
}

RunOptions on_a_disk(std::map<std::string, std::string> faults) {
  RunOptions options;
  options.environment = std::move(faults);
  options.environment["LD_PRELOAD"] = NANOPNEUMO_FAULTY_DISK;
  return options;
}

/// How often the run writes, and what is left of it.
struct Uncut {
  int writes;
  std::map<std::string, std::string> files;

  Uncut() {
    const Sandbox sandbox;
    sandbox.succeed(short_training(), on_a_disk({{"FAULTY_DISK_COUNT", "count"}}));
    writes = std::stoi(sandbox.read("count"));
    files = reproducible_files(sandbox, "run");
  }
};

/// The run ends in a sentence that names the file, and goes on from its last checkpoint, or has none.
void check_failure(const Uncut& uncut, const Sandbox& sandbox, const Outcome& run) {
  check_refusal(run, {"run"});
  if (!fs::exists(sandbox.path("run/last.safetensors"))) return;
  sandbox.succeed({"train", "--resume", "run"});
  CHECK(reproducible_files(sandbox, "run") == uncut.files);
}

void check_fault(const Uncut& uncut, int write, int error) {
  CAPTURE(write);
  CAPTURE(error);
  const Sandbox sandbox;
  const Outcome run =
      sandbox.run(short_training(), on_a_disk({{"FAULTY_DISK_AT", std::to_string(write)},
                                               {"FAULTY_DISK_ERROR", std::to_string(error)}}));
  if (error != kHalfWritten) return check_failure(uncut, sandbox, run);
  CHECK(run.succeeded());
  CHECK(reproducible_files(sandbox, "run") == uncut.files);
}

}  // namespace

TEST_CASE("whichever write goes wrong, a run says so and loses nothing") {
  const Uncut uncut;
  REQUIRE(uncut.writes > 100);
  std::minstd_rand random(static_cast<std::minstd_rand::result_type>(test_seed()));
  constexpr int kOneIn = 16;
  for (int write = 1; write <= uncut.writes; ++write)
    for (const int error : {ENOSPC, EIO, kHalfWritten}) {
      if (random() % kOneIn != 0 && !all_cases()) continue;
      check_fault(uncut, write, error);
      count_cases();
    }
}

}  // namespace nanopneumo::test
#endif
