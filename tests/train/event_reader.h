// TensorBoard event files, read back without any of the code that writes them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace nanopneumo::test {

/// What one event holds.
struct ReadEvent {
  double wall_time = 0;
  std::int64_t step = 0;
  std::string file_version;
  std::map<std::string, float> scalars;
  std::map<std::string, std::string> pictures;  ///< tag: bytes of a PNG
};

/// The events of a file. Fails the test where a length, a checksum or a field is not what it should be.
std::vector<ReadEvent> read_events(std::string_view bytes);

}  // namespace nanopneumo::test
