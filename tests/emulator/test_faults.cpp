// Faults that the profiler finds where no result need be wrong: accesses beyond arrays, of what was not
// written, of what was freed.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "kernels/cuda/gpu_stream.h"
#include "tests/emulator/toy_device.h"
#include "tests/emulator/toys.h"

namespace nanopneumo::test {

using profiler::FindingKind;
using profiler::KernelProfile;

namespace {

/// One fault of one kind, and nothing else, in the words given.
void check_found(const KernelProfile& profile, FindingKind kind, std::uint64_t count,
                 const std::vector<std::string>& words) {
  const std::string text = profile.findings_text();
  INFO(text);
  REQUIRE(profile.findings.size() == 1);
  CHECK(profile.findings[0].kind == kind);
  CHECK(profile.count(kind) == count);
  CHECK(mentions(text, words));
}

}  // namespace

TEST_CASE("faults: beyond a global array, although the memory is there") {
  check_found(profile_of(profiled::read_behind_global), FindingKind::out_of_bounds, 1,
              {"kernel read_behind_global_kernel, grid (1, 1, 1), block (32, 1, 1)",
               "thread (31, 0, 0) of block (0, 0, 0) reads 4 bytes at byte 256 of a global array "
               "of 256 bytes",
               "tests/emulator/faulty.cu:"});
  check_found(profile_of(profiled::write_before_global), FindingKind::out_of_bounds, 1,
              {"thread (0, 0, 0)", "writes 4 bytes at byte -4 of a global array of 256 bytes"});
}

TEST_CASE("faults: between two arrays that the device handed out one after the other") {
  const auto device = make_profiled_device(1);
  ToyFloats first(*device, std::vector<float>(64)), second(*device, std::vector<float>(64));
  profiled::read_behind_global(device->stream(), first.data());
  profiled::read_behind_global(device->stream(), second.data());
  for (const KernelProfile& profile : device->take_profiles())
    CHECK(profile.count(FindingKind::out_of_bounds) == 1);
}

TEST_CASE("faults: an array that was freed") {
  const auto device = make_profiled_device(1);
  float* data;
  {
    ToyFloats array(*device, std::vector<float>(64));
    data = array.data();
  }
  profiled::write_before_global(device->stream(), data + 1);
  check_found(the_profile(*device), FindingKind::out_of_bounds, 32,
              {"thread (0, 0, 0)", "byte 0 of a global array of 256 bytes, which was freed"});
}

TEST_CASE("faults: memory of the host") {
  const auto device = make_profiled_device(1);
  const std::vector<float> host(128, 1.0f);
  ToyFloats out(*device, 128);
  profiled::copy(device->stream(), 128, host.data(), out.data());
  check_found(the_profile(*device), FindingKind::out_of_bounds, 128,
              {"reads 4 bytes", "which is no memory of the device"});
}

TEST_CASE("faults: beyond a shared array") {
  check_found(profile_of(profiled::read_behind_shared), FindingKind::out_of_bounds, 1,
              {"thread (31, 0, 0)", "reads 4 bytes at byte 128 of shared array tile of 128 bytes"});
}

TEST_CASE("faults: shared memory that was not written") {
  check_found(profile_of(profiled::read_unwritten_shared), FindingKind::uninitialised_read, 1,
              {"thread (7, 0, 0)", "reads 4 bytes at byte 28 of shared array tile"});
}

TEST_CASE("faults: an output that is read before it is written") {
  const auto device = make_profiled_device(1);
  ToyFloats data(*device, 64);
  profiled::add_to_itself(device->stream(), data.data());
  check_found(the_profile(*device), FindingKind::uninitialised_read, 32,
              {"thread (0, 0, 0)", "reads 4 bytes at byte 0 of a global array of 256 bytes"});
  // Now it is written; then declared unwritten; then copied to from the host.
  profiled::add_to_itself(device->stream(), data.data());
  CHECK(the_profile(*device).findings_text() == "");
  device->mark_unwritten(data.data(), 16);
  profiled::add_to_itself(device->stream(), data.data());
  CHECK(the_profile(*device).count(FindingKind::uninitialised_read) == 4);
  ToyFloats zeros(*device, std::vector<float>(64)), copy(*device, 64);
  device->copy_on_device(copy.data(), zeros.data(), 32 * 4);
  profiled::add_to_itself(device->stream(), copy.data());
  CHECK(the_profile(*device).findings_text() == "");
}

TEST_CASE("faults: copies carry over what was not written") {
  const auto device = make_profiled_device(1);
  ToyFloats from(*device, 64), to(*device, 64);
  device->copy_to_device(from.data() + 1, counting(63).data(), 63 * 4);
  device->copy_on_device(to.data(), from.data(), 64 * 4);
  profiled::add_to_itself(device->stream(), to.data());
  CHECK(the_profile(*device).count(FindingKind::uninitialised_read) == 1);
}

TEST_CASE("faults: the workspace comes unwritten") {
  const auto device = make_profiled_device(1);
  auto& stream = gpu_stream(device->stream());
  auto* scratch = static_cast<float*>(stream.workspace(32 * 4));
  profiled::add_to_itself(stream, scratch);
  CHECK(the_profile(*device).count(FindingKind::uninitialised_read) == 32);
  stream.upload(scratch, counting(32).data(), 32 * 4);
  profiled::add_to_itself(stream, scratch);
  CHECK(the_profile(*device).findings_text() == "");
}

TEST_CASE("faults: 16 bytes at an address that is no multiple of 16") {
  check_found(profile_of(profiled::misaligned_four), FindingKind::misaligned, 1,
              {"writes 16 bytes at byte 4 of a global array"});
}

}  // namespace nanopneumo::test
