#include "kernels/cuda/kernel_tables.h"
#include "kernels/emulator/emulated_stream.h"
#include "tensor/host_device.h"

namespace nanopneumo {
namespace {

class EmulatedDevice final : public HostMemoryDevice {
 public:
  EmulatedDevice(int threads, const emulator::Schedule& schedule, Precision precision)
      : stream_(threads, schedule), kernels_(emulated::kernels(precision)) {}
  std::string name() const override { return "emulated"; }
  Stream& stream() override { return stream_; }
  const Kernels<float>* float_kernels() const override { return &kernels_; }
  const Kernels<double>* double_kernels() const override { return nullptr; }

 private:
  emulator::EmulatedStream stream_;
  const Kernels<float>& kernels_;
};

}  // namespace

std::unique_ptr<Device> make_emulated_device(int threads, const emulator::Schedule& schedule,
                                             Precision precision) {
  return std::make_unique<EmulatedDevice>(threads, schedule, precision);
}

}  // namespace nanopneumo
