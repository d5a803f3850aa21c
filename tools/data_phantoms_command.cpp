// nanopneumo data phantoms DIR
#include <fmt/format.h>

#include <limits>
#include <memory>

#include "io/phantoms.h"
#include "tools/data_commands.h"
#include "tools/options.h"
#include "tools/program_name.h"
#include "tools/progress_bar.h"
#include "tools/signals.h"

namespace nanopneumo {
namespace {

struct PhantomOptions {
  std::string folder, size = "250";
  std::int64_t count = 1000;
  std::uint64_t seed = 1;
  int threads = 0;
};

void draw_phantoms(const PhantomOptions& o) {
  const ImageSize size = parse_image_size(o.size, "--size");
  ProgressBar bar("drawing phantoms", "img");
  const SignalWatch signals;
  const StopCheck check = signals.check();
  write_phantoms(o.folder, o.count, size.height, size.width, o.seed, resolve_threads(o.threads),
                 [&](std::int64_t done, std::int64_t total) {
                   check();
                   bar.update(done, total);
                 });
  bar.clear();
  fmt::print(
      "{} phantoms (synthetic pictures, no X-rays) are in {}\nnext: {} train cnn --data {}\n",
      o.count, shown(o.folder), program_name(), shown(o.folder));
}

}  // namespace

void add_data_phantoms_command(Command data) {
  const auto phantoms = std::make_shared<PhantomOptions>();
  const Command command =
      data.command("phantoms", "Write synthetic chest X-rays of two classes as PNG files");
  command.option("DIR", phantoms->folder, "A new or empty folder").required();
  command.option("--count", phantoms->count, "Number of pictures").between(10, 1000000);
  command.option("--size", phantoms->size, "Pixels a side, or HEIGHTxWIDTH");
  command.option("--seed", phantoms->seed, "Decides what is drawn")
      .between(0, std::numeric_limits<std::int64_t>::max());
  command.option("--threads", phantoms->threads, "CPU threads; 0: all").between(0, 1024);
  command.action([phantoms] { draw_phantoms(*phantoms); });
}

}  // namespace nanopneumo
