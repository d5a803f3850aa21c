// A device: memory, a queue of work and a table of operations.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "kernels/emulator/launch_config.h"
#include "kernels/kernels.h"
#include "kernels/plan/plan.h"
#include "kernels/plan/plan_choices.h"
#include "kernels/precision.h"
#include "tensor/allocator.h"
#include "tensor/errors.h"
#include "tensor/upload.h"

namespace nanopneumo {

class Trace;

/// Everything the engine knows of the machine it runs on. What differs between devices lies behind
/// the members; nothing else in the program asks which device it is.
class Device {
 public:
  virtual ~Device() = default;

  /// "cpu", "cuda", "emulated", "reference".
  virtual std::string name() const = 0;
  /// Where tensors get their memory: from the device's own allocator or the one that stands in for it.
  Allocator& allocator() { return allocator_ ? *allocator_ : own_allocator(); }
  /// `allocator` gives memory of this device and outlives what it is asked for; null: the device's own. Returns what
  /// stood in before.
  Allocator* set_allocator(Allocator* allocator) { return std::exchange(allocator_, allocator); }
  virtual Stream& stream() = 0;
  /// Null where the device does not work in that element type.
  virtual const Kernels<float>* float_kernels() const = 0;
  virtual const Kernels<double>* double_kernels() const = 0;
  /// Copies between host memory and this device's memory; the source may be reused on return.
  virtual void copy_to_device(void* device_memory, const void* host, std::size_t bytes) = 0;
  virtual void copy_to_host(void* host, const void* device_memory, std::size_t bytes) = 0;
  virtual void copy_on_device(void* to, const void* from, std::size_t bytes) = 0;
  /// The host's address of this device's memory, to be read while no work runs on the device; null where the
  /// host can only have a copy.
  virtual const void* host_address(const void* device_memory) const {
    (void)device_memory;
    return nullptr;
  }
  /// A way for host data to this device, which must outlive it. Data travel in the background where the
  /// device can do that, and otherwise when they are read.
  virtual std::unique_ptr<Upload> make_upload();
  /// What the frozen part of a network is to be computed in; the device's own choice where it has one for all
  /// operations.
  virtual Precision frozen_precision() const { return Precision::float32; }
  /// A plan turned into what this device runs best. Null where the device runs the operations one by one; the
  /// plan then stays as it is.
  virtual std::unique_ptr<CompiledPlan> compile(Plan<float>& plan, Precision precision) {
    (void)plan, (void)precision;
    return nullptr;
  }

  /// Where the phases of what happens here are noted (trace.h); null where nowhere.
  Trace* trace() const { return trace_; }
  /// `trace` outlives the device and every thread that works for it, or is taken away again.
  void set_trace(Trace* trace) { trace_ = trace; }

  /// The operations for element type T. Throws std::logic_error where the device has none.
  template <class T>
  const Kernels<T>& kernels() const {
    const Kernels<T>* table;
    if constexpr (std::is_same_v<T, float>)
      table = float_kernels();
    else
      table = double_kernels();
    if (!table)
      throw std::logic_error("device " + name() + " has no operations for " +
                             (std::is_same_v<T, float> ? "float32" : "float64"));
    return *table;
  }

 private:
  virtual Allocator& own_allocator() = 0;

  Allocator* allocator_ = nullptr;
  std::atomic<Trace*> trace_ = nullptr;  ///< a thread may gather a batch while it is taken away
};

/// Threads the CPU device may use; 0 means all the machine lets this process use. Precision and algorithms are
/// those of frozen parts alone: the table of operations is float32. Without `choices` a rule gives the algorithms.
std::unique_ptr<Device> make_cpu_device(int threads, Precision precision = Precision::float32,
                                        std::shared_ptr<PlanChoices> choices = nullptr);

/// The CUDA kernels on the CPU (kernels/emulator), blocks on `threads` threads; 0 as above. Below
/// float32, dense layers and convolutions run on (emulated) tensor cores.
std::unique_ptr<Device> make_emulated_device(int threads, const emulator::Schedule& schedule = {},
                                             Precision precision = Precision::float32);

}  // namespace nanopneumo
