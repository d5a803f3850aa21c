#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "tests/kernels/async_copy_kernels.h"
#include "tests/kernels/emulated_launch.h"
#include "tests/support/cases.h"

namespace nanopneumo::emulated {
namespace {

__global__ void unwaited_copy_kernel(const float* x, float* y) {
  SHARED_ARRAY(float, values, [32]);
  values[threadIdx.x] = 0;
  copy_async<4>(&values[threadIdx.x], x + threadIdx.x, 4);
  commit_copies();
  __syncthreads();
  y[threadIdx.x] = values[threadIdx.x];
}

__global__ void uncommitted_copy_kernel(const float* x, float* y) {
  SHARED_ARRAY(float, values, [32]);
  copy_async<4>(&values[threadIdx.x], x + threadIdx.x, 4);
  wait_for_copies<0>();
  y[threadIdx.x] = values[threadIdx.x];
}

/// Copies `bytes` to `to` bytes behind an aligned address of shared memory (negative: before it).
__global__ void any_copy_kernel(const unsigned char* x, int to, int bytes) {
  SHARED_ARRAY(unsigned char, buffer, [128]);
  copy_async<16>(buffer + to, x, bytes);
}

__global__ void copy_within_shared_memory_kernel() {
  SHARED_ARRAY(float, values, [32]);
  values[threadIdx.x] = 0;
  copy_async<4>(&values[31 - threadIdx.x], &values[threadIdx.x], 4);
}

__global__ void source_changes_kernel(float* x) {
  SHARED_ARRAY(float, value, [1]);
  copy_async<4>(value, x, 4);
  commit_copies();
  *x += 1;
  wait_for_copies<0>();
}

}  // namespace
}  // namespace nanopneumo::emulated

namespace nanopneumo::test {
namespace {

using emulated::launch;

template <int kBytes>
void check_copies(Stream& stream) {
  constexpr unsigned kThreads = 64;
  alignas(16) unsigned char x[kThreads * kBytes], y[kThreads * kBytes] = {};
  int bytes[kThreads];
  for (unsigned i = 0; i < sizeof(x); ++i) x[i] = static_cast<unsigned char>(i % 251 + 1);
  for (unsigned i = 0; i < kThreads; ++i) bytes[i] = static_cast<int>(i) % (kBytes + 1);
  launch(stream, KERNEL(emulated::copy_kernel<kBytes>), 1, kThreads, 0, x, bytes, y);
  for (unsigned i = 0; i < sizeof(x); ++i)
    CHECK(y[i] == (static_cast<int>(i % kBytes) < bytes[i / kBytes] ? x[i] : 0));
  count_cases(kThreads);
}

TEST_CASE("Asynchronous copies arrive, with zeros behind the end of the source") {
  on_each_schedule([](Stream& stream) {
    check_copies<4>(stream);
    check_copies<8>(stream);
    check_copies<16>(stream);
  });
}

TEST_CASE("Groups of copies arrive in their order, and until then the target is poison") {
  on_each_schedule([](Stream& stream) {
    unsigned x[4 * 32];
    for (unsigned i = 0; i < 4 * 32; ++i) x[i] = i;
    unsigned y[4][4][32];
    launch(stream, KERNEL(emulated::group_kernel), 1, 32, 0, x, y);
    for (unsigned waiting = 0; waiting < 4; ++waiting)
      for (unsigned group = 0; group < 4; ++group)
        for (unsigned lane = 0; lane < 32; ++lane) {
          const unsigned word = y[waiting][group][lane];
          const bool arrived = group < 4 - waiting;
          CHECK(word == (arrived ? group * 32 + lane : 0x7FA57FA5u));
        }
    count_cases(16);
  });
}

TEST_CASE("A copy that is not waited for, or not committed, leaves NaN") {
  const std::vector<float> x(32, 3.0f);
  for (const auto& kernel :
       {KERNEL(emulated::unwaited_copy_kernel), KERNEL(emulated::uncommitted_copy_kernel)})
    on_each_schedule([&](Stream& stream) {
      std::vector<float> y(32);
      launch(stream, kernel, 1, 32, 0, x.data(), y.data());
      for (const float value : y) CHECK(std::isnan(value));
      count_cases();
    });
}

TEST_CASE("The emulation refuses asynchronous copies that a GPU does not allow") {
  using doctest::Contains;
  using emulated::any_copy_kernel;
  alignas(16) static const unsigned char x[48] = {};
  const auto error_of = [](const auto& kernel, unsigned threads, const auto&... arguments) {
    count_cases();
    return doctest::String(emulator_error([&](Stream& stream) {
                             launch(stream, kernel, 1, threads, 0, arguments...);
                           }).c_str());
  };
  const auto any = KERNEL(any_copy_kernel);
  CHECK(error_of(any, 1, x, 0, 16) == "");
  CHECK(error_of(any, 1, x, 112, 16) == "");
  CHECK(error_of(any, 1, x + 1, 0, 0) == "");
  CHECK(error_of(any, 1, x + 4, 0, 16) == Contains("multiple"));
  CHECK(error_of(any, 1, x, 8, 16) == Contains("multiple"));
  CHECK(error_of(any, 1, x, 128, 16) == Contains("shared memory"));
  CHECK(error_of(any, 1, x, -16, 0) == Contains("shared memory"));
  CHECK(error_of(any, 1, x, 0, 17) == Contains("size"));
  CHECK(error_of(any, 1, x, 0, -1) == Contains("size"));
  CHECK(error_of(KERNEL(emulated::copy_within_shared_memory_kernel), 32) == Contains("global"));
  float value = 1;
  CHECK(error_of(KERNEL(emulated::source_changes_kernel), 1, &value) == Contains("changed"));
}

}  // namespace
}  // namespace nanopneumo::test
