// The messages of TensorBoard's event files, in protobuf's wire format.
//
// A message is a sequence of fields; a field is a key, (number << 3) | wire type, and a value. Of the wire
// types we need 0 (varint: 7 bits a byte, the lowest first, the top bit set on all but the last), 1 (8
// bytes), 2 (a length and so many bytes: texts and messages within) and 5 (4 bytes); numbers are
// little-endian. Of tensorflow/core/util/event.proto and framework/summary.proto:
//
//   Event    1 wall_time (double)   2 step (int64)   3 file_version (string)   5 summary (Summary)
//   Summary  1 value (Value, any number of them)
//   Value    1 tag (string)   2 simple_value (float)   4 image (Image)
//   Image    1 height   2 width   3 colorspace (1 gray, 3 RGB)   4 encoded_image_string (bytes: a PNG)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/image.h"

namespace nanopneumo {

/// One point of one curve.
struct Scalar {
  std::string tag;
  double value;
};

/// What is the same for every event: its place on the axis. TensorBoard wants a time as well. It is given
/// the step as seconds since 1970, so that two runs of the same options leave the same bytes; timing.csv
/// has the real times.
std::string version_event();  ///< the first of every file: "brain.Event:2"
std::string scalar_event(std::int64_t step, const std::vector<Scalar>& scalars);
std::string image_event(std::int64_t step, std::string_view tag, const Image& image);

}  // namespace nanopneumo
