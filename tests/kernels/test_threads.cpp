#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "kernels/cpu/parallel.h"
#include "tests/kernels/conformance.h"
#include "tests/kernels/shapes.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

/// Runs `body` with one and with two threads, 60 times, and expects the same bytes.
template <class Body>
void independent_of_threads(const std::string& name, const Body& body) {
  constexpr int kCases = 60;
  std::vector<CallResult> results[2];
  for (const int threads : {1, 2}) {
    const std::unique_ptr<Device> device = make_cpu_device(threads);
    for (int index = 0; index < kCases; ++index) {
      results[threads - 1].push_back(run_on(*device, 0, [&](auto& call) {
        CaseRandom random(name, index);
        body(call, random, index);
      }));
    }
  }
  for (int index = 0; index < kCases; ++index) {
    CHECK_MESSAGE(same_bytes(results[0][static_cast<std::size_t>(index)],
                             results[1][static_cast<std::size_t>(index)]),
                  name, " case ", index);
    count_cases();
  }
}

TEST_CASE("dropout does not depend on the number of threads") {
  independent_of_threads("dropout", [](auto& call, CaseRandom& random, int) {
    const std::int64_t n = random.integer(1, 400000);
    const auto x = random.values(n);
    const double rate = random.uniform(0, 0.9);
    call.ops().dropout(call.stream(), n, rate, random.key(), call.in(x), call.out("y", n, kExact));
  });
}

TEST_CASE("augment_image does not depend on the number of threads") {
  independent_of_threads("augment_image", [](auto& call, CaseRandom& random, int index) {
    const ImageDims d{random.integer(1, 5), random.integer(1, 64), random.integer(1, 64),
                      index % 2 ? 3 : 1};
    const auto x = random.bytes(d.size());
    std::vector<ImageTransform> transforms;
    for (int n = 0; n < d.N; ++n)
      transforms.push_back({.theta = random.uniform(-20, 20),
                            .tx = random.uniform(-5, 5),
                            .zx = random.uniform(0.8, 1.2),
                            .flip_horizontal = random.coin(),
                            .has_brightness = random.coin(),
                            .brightness = random.uniform(0.8, 1.2)});
    call.ops().augment_image(call.stream(), d, kUnitPreprocessing, transforms.data(),
                             call.in_bytes(x),
                             call.out("y", std::int64_t{d.N} * d.H * d.W * 3, kExact));
  });
}

TEST_CASE("Pieces of a loop cover it once, whatever its length and the number of threads") {
  for (const int threads : {1, 2, 3, 5, 70})
    for (const std::int64_t n : {0, 1, 2, 7, 63, 64, 65, 1000})
      for (const std::int64_t most : {1, 3, 64, 2000}) {
        std::vector<std::atomic<int>> visits(static_cast<std::size_t>(n));
        std::atomic<int> wrong = 0;
        cpu::parallel_pieces(threads, n, most, [&](const cpu::Range& piece, int thread) {
          if (piece.end - piece.begin < 1 || piece.end - piece.begin > most) ++wrong;
          if (thread < 0 || thread >= threads) ++wrong;
          for (std::int64_t i = piece.begin; i < piece.end; ++i)
            ++visits[static_cast<std::size_t>(i)];
        });
        CAPTURE(threads);
        CAPTURE(n);
        CAPTURE(most);
        CHECK(wrong == 0);
        CHECK(std::ranges::all_of(visits, [](int count) { return count == 1; }));
        count_cases();
      }
}

TEST_CASE("Who is done goes on with the pieces of a thread that is not") {
  constexpr int kPieces = 20;
  std::atomic<int> done = 0;
  bool waited_for_all = false;
  cpu::parallel_pieces(2, kPieces, 1, [&](const cpu::Range& piece, int) {
    if (piece.begin == 0) {  // a thread that is held up until the other has done all the rest
      const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
      while (done < kPieces - 1 && std::chrono::steady_clock::now() < patience)
        std::this_thread::yield();
      waited_for_all = done == kPieces - 1;
    }
    ++done;
  });
  CHECK(waited_for_all);
  count_cases();
}

}  // namespace
}  // namespace nanopneumo::test
