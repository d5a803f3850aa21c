// What `bench ops` was asked for.
#pragma once

#include <string>
#include <vector>

#include "tensor/device_options.h"
#include "tools/bench/model_shapes.h"
#include "tools/bench/rival.h"
#include "tools/bench/table.h"

namespace nanopneumo::bench {

struct OpsOptions {
  DeviceOptions device;
  std::string op, shapes, csv, gpu, update;
  bool examples = false;  ///< one shape an operation, that which profile takes
  int batch = 0, scale = 0, repeats = 30, pixels = 250;

  bool emulated() const { return device.device == "emulated"; }
  Precision precision() const {
    if (device.precision == "bf16") return Precision::bf16;
    return device.precision == "tf32" ? Precision::tf32 : Precision::float32;
  }
};

/// The networks' shapes, or those of the convolutions in --shapes; with --op, those of one operation. Throws InputError
/// where there is no such operation or file.
std::vector<UsedShape> wanted_shapes(const OpsOptions& options);

/// To options.csv, where that is given.
void write_csv(const OpsOptions& options, const Table& table);

/// Prints the counters of the kernels in the emulation, or puts them into options.update.
void count_ops(const OpsOptions& options);
/// Prints how long the operations take on options.device, beside rivals where that is cuda. Nothing
/// is timed before its outputs have been compared with the device cpu's.
void time_ops(const OpsOptions& options);

}  // namespace nanopneumo::bench
