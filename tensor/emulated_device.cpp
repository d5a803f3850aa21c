#include "kernels/cuda/kernel_tables.h"
#include "kernels/emulator/emulated_stream.h"
#include "tensor/host_device.h"

namespace nanopneumo {
namespace {

class EmulatedDevice final : public HostMemoryDevice {
 public:
  EmulatedDevice(int threads, const emulator::Schedule& schedule) : stream_(threads, schedule) {}
  std::string name() const override { return "emulated"; }
  Stream& stream() override { return stream_; }
  const Kernels<float>* float_kernels() const override { return &emulated::kernels(); }
  const Kernels<double>* double_kernels() const override { return nullptr; }

 private:
  emulator::EmulatedStream stream_;
};

}  // namespace

std::unique_ptr<Device> make_emulated_device(int threads, const emulator::Schedule& schedule) {
  return std::make_unique<EmulatedDevice>(threads, schedule);
}

}  // namespace nanopneumo
