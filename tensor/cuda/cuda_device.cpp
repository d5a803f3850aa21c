#include "tensor/cuda_device.h"

#include "kernels/cuda/kernel_tables.h"
#include "tensor/cuda/cuda_upload.h"
#include "tensor/pool_allocator.h"

namespace nanopneumo {
namespace {

PoolAllocator::Source device_memory_source() {
  return {.take = cuda::take_device_memory,
          .give_back = [](void* memory, std::size_t) { cuda::give_back_device_memory(memory); }};
}

class CudaDevice final : public Device {
 public:
  CudaDevice(Precision precision, GemmLibrary gemm)
      : kernels_(cuda::kernels(precision)), stream_(gemm) {}
  std::string name() const override { return "cuda"; }
  Stream& stream() override { return stream_; }
  const Kernels<float>* float_kernels() const override { return &kernels_; }
  const Kernels<double>* double_kernels() const override { return nullptr; }

  void copy_to_device(void* device_memory, const void* host, std::size_t bytes) override {
    stream_.upload(device_memory, host, bytes);
  }
  void copy_to_host(void* host, const void* device_memory, std::size_t bytes) override {
    copy(host, device_memory, bytes, cudaMemcpyDeviceToHost,
         "cudaMemcpyAsync of {} bytes to the host");
    stream_.synchronize();
  }
  void copy_on_device(void* to, const void* from, std::size_t bytes) override {
    copy(to, from, bytes, cudaMemcpyDeviceToDevice, "cudaMemcpyAsync of {} bytes on the device");
  }
  std::unique_ptr<Upload> make_upload() override {
    return std::make_unique<cuda::CudaUpload>(stream_);
  }

 private:
  Allocator& own_allocator() override { return pool_; }
  void copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
            fmt::format_string<std::size_t&> what) {
    if (bytes) cuda::check(cudaMemcpyAsync(to, from, bytes, kind, stream_.handle()), what, bytes);
  }

  const Kernels<float>& kernels_;
  PoolAllocator pool_{device_memory_source()};
  cuda::CudaStream stream_;  // ends first: it waits for what still uses the memory
};

}  // namespace

std::unique_ptr<Device> make_cuda_device(Precision precision, GemmLibrary gemm) {
  const cuda::Status status = cuda::status();
  if (!status.missing.empty())
    throw_input_error(
        "--device cuda is not possible: {}; compute on a machine with one, or give --device cpu",
        status.missing);
  return std::make_unique<CudaDevice>(precision, gemm);
}

}  // namespace nanopneumo
