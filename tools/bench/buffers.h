// The operands of a case in a device's memory.
#pragma once

#include <cstddef>
#include <vector>

#include "tensor/device.h"
#include "tools/bench/op_case.h"

namespace nanopneumo::bench {

/// An operand's values before the call, as bytes. Outputs are NaN (bytes: 255) throughout.
std::vector<std::byte> initial_bytes(const Operand& operand);

/// Memory for every operand of a case on a device, filled. The case must outlive it.
class Buffers final : public Addresses {
 public:
  Buffers(Device& device, const OpCase& op_case);
  Buffers(const Buffers&) = delete;
  Buffers& operator=(const Buffers&) = delete;
  ~Buffers() override;

  void* of(std::string_view name) const override;
  /// What an operand holds now, as numbers. Waits for the device.
  std::vector<float> values(std::string_view name) const;

 private:
  Device& device_;
  const OpCase& case_;
  std::vector<void*> memory_;  ///< in the order of the case's operands
};

}  // namespace nanopneumo::bench
