// The device 'cuda' itself: its copies, its memory and its errors. What it computes is tested where the
// other devices are. It takes a GPU, or ptxrun.
#include <cuda_runtime_api.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "kernels/cuda/gpu_stream.h"
#include "kernels/cuda/runtime/cuda_error.h"
#include "kernels/cuda/runtime/cuda_memory.h"
#include "tensor/cuda_device.h"
#include "tensor/tensor.h"
#include "tests/cuda/toy_kernels.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "train/data.h"
#include "train/trainer.h"

namespace nanopneumo::test {
namespace {

/// The device, or nothing (and `cases` are counted as skipped) where there is none.
std::unique_ptr<Device> gpu(long long cases) {
  const std::string missing = cuda::status().missing;
  if (missing.empty()) {
    count_cases(cases);
    return make_cuda_device();
  }
  skip_cases(cases, missing);
  return nullptr;
}

std::vector<std::uint8_t> pattern(std::size_t bytes, unsigned first) {
  std::vector<std::uint8_t> values(bytes);
  for (std::size_t i = 0; i < bytes; ++i)
    values[i] = static_cast<std::uint8_t>((i + first) * 2654435761u >> 11);
  return values;
}

std::vector<std::uint8_t> on_host(Device& device, const void* memory, std::size_t bytes) {
  std::vector<std::uint8_t> values(bytes);
  device.copy_to_host(values.data(), memory, bytes);
  return values;
}

std::string cuda_error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const cuda::CudaError& error) {
    return error.what();
  }
  return "";
}

bool contains_all(const std::string& text, std::initializer_list<const char*> parts) {
  return std::ranges::all_of(
      parts, [&](const char* part) { return text.find(part) != std::string::npos; });
}

TEST_CASE("a source may be reused as soon as it has been copied") {
  const auto device = gpu(7);
  if (!device) return;
  // Small ones share a pinned buffer; the large ones go round the ring more than once.
  for (const std::size_t bytes :
       std::array<std::size_t, 7>{1, 3, 4097, 4 << 20, (4 << 20) + 1, 23456789, 1 << 20}) {
    const Tensor<std::uint8_t> a(*device, {static_cast<std::int64_t>(bytes)});
    const Tensor<std::uint8_t> b(*device, {static_cast<std::int64_t>(bytes)});
    std::vector<std::uint8_t> source = pattern(bytes, 1);
    a.copy_from_host(source);
    source = pattern(bytes, 2);
    b.copy_from_host(source);
    std::ranges::fill(source, 0);
    CHECK(a.to_host() == pattern(bytes, 1));
    CHECK(b.to_host() == pattern(bytes, 2));
    a.copy_from(b);
    CHECK(a.to_host() == pattern(bytes, 2));
  }
}

TEST_CASE("uploads bring what was put into them, each time") {
  const auto device = gpu(6);
  if (!device) return;
  std::array<std::unique_ptr<Upload>, 2> uploads{device->make_upload(), device->make_upload()};
  unsigned number = 0;
  for (const std::size_t bytes :
       std::array<std::size_t, 6>{1000, 1000, 5000000, 17, 6000000, 6000000}) {
    Upload& upload = *uploads[number++ % 2];
    const std::vector<std::uint8_t> source = pattern(bytes, number);
    std::ranges::copy(std::as_bytes(std::span(source)), upload.fill(bytes).begin());
    upload.send();
    const Tensor<std::uint8_t> copy(*device, {static_cast<std::int64_t>(bytes)});
    upload.read([&](const void* memory) { device->copy_on_device(copy.data(), memory, bytes); });
    CHECK(copy.to_host() == source);
  }
}

TEST_CASE("scratch memory grows, is aligned and stays") {
  const auto device = gpu(1);
  if (!device) return;
  GpuStream& stream = gpu_stream(device->stream());
  CHECK(stream.multiprocessors() > 0);
  void* small = stream.workspace(1000);
  CHECK(stream.workspace(10) == small);
  void* large = stream.workspace(10000000);
  CHECK(reinterpret_cast<std::uintptr_t>(large) % 256 == 0);
  const std::uint64_t requests = cuda::memory_requests();
  CHECK(stream.workspace(9999999) == large);
  CHECK(cuda::memory_requests() == requests);
}

TEST_CASE("a kernel may have more than 48 KiB of shared memory") {
  const auto device = gpu(3);
  if (!device) return;
  for (const std::size_t kib : std::array<std::size_t, 3>{48, 64, 96}) {
    const std::vector<float> nothing(10);
    const Tensor<float> out = Tensor<float>::from_host(*device, {10}, nothing);
    number_blocks(device->stream(), 10, kib << 10, reinterpret_cast<int*>(out.data()));
    const auto bytes = on_host(*device, out.data(), 40);
    for (int block = 0; block < 10; ++block)
      CHECK(bytes[4 * static_cast<std::size_t>(block)] == block);
  }
}

TEST_CASE("a launch that is refused names the kernel and its sizes") {
  const auto device = gpu(1);
  if (!device) return;
  const std::string error = cuda_error_of([&] { launch_too_large(device->stream()); });
  CHECK_MESSAGE(contains_all(error, {"write_kernel", "(3, 2, 1)", "(2048, 1, 1)", "cudaError"}),
                error);
  device->stream().synchronize();  // it is over with that
}

TEST_CASE("training asks for no memory after its first epoch") {
  const auto device = gpu(1);
  if (!device) return;
  const TemporaryFolder folder;
  Config config;
  config.image_height = config.image_width = 46;
  config.phantoms = 24;
  config.batch = 5;
  config.epochs = 3;
  const TrainingData data = load_training_data(config, 1, {});
  Network network(find_architecture("cnn"), config.image(), config.model_options(), *device, 1);
  struct Observer final : TrainingObserver {
    std::vector<std::uint64_t> requests, segments;
    const Allocator* allocator = nullptr;
    void on_step(std::int64_t, std::int64_t, std::int64_t, double, double) override {}
    void on_validation(std::int64_t, std::int64_t) override {}
    void on_epoch(const EpochRecord&) override {
      segments.push_back(allocator->statistics().system_calls);
      requests.push_back(cuda::memory_requests());
    }
  } observer;
  observer.allocator = &device->allocator();
  Trainer trainer(config, data, network, RunFolder::create(folder.path() / "run", config));
  REQUIRE(trainer.run(observer, [] { return false; }));
  CHECK(observer.segments.at(2) == observer.segments.at(0));
  CHECK(observer.requests.at(2) == observer.requests.at(0));
}

// The last one: the device does nothing more in this process until it is reset.
TEST_CASE("an error of a kernel is reported with the last launches") {
  auto device = gpu(1);
  if (!device) return;
  // A GPU tells it at the end of the queue, ptxrun at once.
  const std::string error = cuda_error_of([&] {
    write_to_nowhere(device->stream());
    device->stream().synchronize();
  });
  CHECK_MESSAGE(contains_all(error, {"write_kernel", "(64, 1, 1)", "cudaErrorIllegalAddress"}),
                error);
  device.reset();
  cudaDeviceReset();
}

}  // namespace
}  // namespace nanopneumo::test
