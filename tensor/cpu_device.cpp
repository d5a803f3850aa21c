#include "kernels/cpu/cpu_kernels.h"
#include "kernels/cpu/cpu_stream.h"
#include "kernels/cpu/plan/cpu_plan.h"
#include "tensor/host_device.h"

namespace nanopneumo {
namespace {

class CpuDevice final : public HostMemoryDevice {
 public:
  CpuDevice(int threads, Precision precision, std::shared_ptr<PlanChoices> choices)
      : stream_(threads), precision_(precision), choices_(std::move(choices)) {}
  std::string name() const override { return "cpu"; }
  Stream& stream() override { return stream_; }
  const Kernels<float>* float_kernels() const override { return &cpu_kernels(); }
  const Kernels<double>* double_kernels() const override { return nullptr; }
  Precision frozen_precision() const override { return precision_; }
  std::unique_ptr<CompiledPlan> compile(Plan<float>& plan, Precision precision) override {
    return cpu::compile_plan(std::move(plan), precision, choices_);
  }

 private:
  CpuStream stream_;
  Precision precision_;
  std::shared_ptr<PlanChoices> choices_;
};

}  // namespace

std::unique_ptr<Device> make_cpu_device(int threads, Precision precision,
                                        std::shared_ptr<PlanChoices> choices) {
  return std::make_unique<CpuDevice>(threads, precision, std::move(choices));
}

}  // namespace nanopneumo
