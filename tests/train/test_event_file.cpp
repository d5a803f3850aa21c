// TensorBoard event files: framing, messages, and going on after a checkpoint.
#include <doctest/doctest.h>

#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"
#include "tests/train/event_reader.h"
#include "train/crc32c.h"
#include "train/event_file.h"
#include "train/event_message.h"

namespace nanopneumo::test {
namespace {

TEST_CASE("CRC-32C of RFC 3720's examples") {
  CHECK(crc32c("123456789") == 0xe3069283);
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43);
  CHECK(crc32c("") == 0);
  count_cases(4);
}

TEST_CASE("What is written is read back") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "events";
  EventFile file(path, 0);
  file.append(scalar_event(3, {{"loss", 0.25}, {"accuracy", 0.5}}));
  file.append(scalar_event(1'000'000'000'000, {{"loss", -1e-30}}));
  file.append(image_event(0, "samples", Image{2, 3, 1, {1, 2, 3, 4, 5, 6}}));
  const std::string bytes = file_content(path);
  CHECK(file.bytes() == static_cast<std::int64_t>(bytes.size()));
  const std::vector<ReadEvent> events = read_events(bytes);
  REQUIRE(events.size() == 4);
  CHECK(events[0].file_version == "brain.Event:2");
  CHECK(events[1].step == 3);
  CHECK(events[1].wall_time == 3);
  CHECK(events[1].scalars == std::map<std::string, float>{{"loss", 0.25f}, {"accuracy", 0.5f}});
  CHECK(events[2].step == 1'000'000'000'000);
  CHECK(events[2].scalars.at("loss") == -1e-30f);
  CHECK(events[3].pictures.at("samples").starts_with("\x89PNG"));
  CHECK(decode_image(events[3].pictures.at("samples"), "samples").pixels ==
        std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6});
  count_cases(8);
}

TEST_CASE("A file goes on after the bytes that a checkpoint knows of") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "events";
  EventFile file(path, 0);
  file.append(scalar_event(1, {{"loss", 1}}));
  const std::int64_t known = file.bytes();
  file.append(scalar_event(2, {{"loss", 2}}));
  EventFile again(path, known);
  again.append(scalar_event(2, {{"loss", 3}}));
  const std::vector<ReadEvent> events = read_events(file_content(path));
  REQUIRE(events.size() == 3);
  CHECK(events[2].scalars.at("loss") == 3);
  CHECK(contains(input_error_of([&] { EventFile(path, again.bytes() + 1); }), "shorter"));
  // What a checkpoint says is not believed before the file is asked: so many bytes there are nowhere.
  CHECK(contains(input_error_of([&] { EventFile(path, std::int64_t{1} << 40); }), "shorter"));
  CHECK(read_events(file_content(path)).size() == 3);
  count_cases(4);
}

}  // namespace
}  // namespace nanopneumo::test
