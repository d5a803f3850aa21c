// nanopneumo fetch weights MODEL|all, nanopneumo fetch data
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "io/cache_folder.h"
#include "io/download.h"
#include "io/file_bytes.h"
#include "io/http_get.h"
#include "io/is_there.h"
#include "tools/commands.h"
#include "tools/options.h"
#include "tools/print_note.h"
#include "tools/progress_bar.h"
#include "tools/signals.h"
#include "train/pretrained.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHdf5Signature = "\x89HDF\r\n\x1a\n";
constexpr std::string_view kZipSignature = "PK\x03\x04";
constexpr std::int64_t kLargestWeights = std::int64_t{1} << 30;  // VGG16 with top has 553 MB
constexpr std::int64_t kLargestData = std::int64_t{2} << 30;

/// The paper's pictures. The digest is not the authors', whose own we do not know: it is the one that
/// several users of the file have published independently of each other, for its 1235512464 bytes.
constexpr std::string_view kDataName = "ChestXRay2017.zip";
constexpr std::string_view kDataUrl =
    "https://data.mendeley.com/public-files/datasets/rscbjbr9sj/files/"
    "f12eaf6d-6023-432f-acc9-80c9d7393433/file_downloaded";
constexpr Digest kDataDigest{Digest::Kind::sha256,
                             "13efc055629733dbab07877f8b3c9f81097840dbcdaa326a8542322c2281ce36"};

/// Where `name` is fetched from: from the mirror that the environment variable names, if it does.
std::string url_of(const char* variable, const std::string& published, std::string_view name) {
  const char* mirror = std::getenv(variable);
  if (!mirror || !*mirror) return published;
  const std::string_view base = mirror;
  return fmt::format("{}{}{}", base, base.ends_with('/') ? "" : "/", name);
}

/// What can be done without this command.
std::string by_hand(const fs::path& target, const char* variable) {
  return fmt::format("download it by other means and copy it to {}{}", shown(target),
                     http_lack() ? "" : fmt::format(", or name a mirror's folder in {}", variable));
}

double megabytes(const fs::path& file) { return static_cast<double>(fs::file_size(file)) / 1e6; }

/// Fetches with a bar; Ctrl-C keeps what is there.
void fetch_with_bar(const std::string& what, const Download& download) {
  if (!http_lack()) fmt::print("fetching {}\n", shown_url(download.url));
  std::fflush(stdout);
  ProgressBar bar(what + ", kB", "MB", 1e-3);
  const SignalWatch signals;
  const DownloadEnd end = fetch_file(
      download, {.progress = [&](std::int64_t done,
                                 std::int64_t total) { bar.update(done / 1000, total / 1000); },
                 .note =
                     [&](const std::string& text) {
                       bar.clear();
                       print_note(text);
                       std::fflush(stdout);
                     },
                 .stopped = [&] { return signals.received() != 0; }});
  bar.clear();
  if (end == DownloadEnd::complete) return;
  fmt::print("stopped; what has arrived is kept: the same command goes on\n");
  throw StoppedBySignal{signals.received()};
}

/// Throws InputError unless `file` holds the tensors that the model needs.
void require_fit(const fs::path& file, const Architecture& architecture, bool top) {
  const int size = architecture.imagenet_size;
  const Graph graph = build_model(architecture, {size, size, 3}, {.include_top = top});
  read_keras_weights(file, graph.name(), expected_layers(graph));
}

/// Throws InputError unless `file` is what Keras publishes, as far as that can be known; says how it is
/// known.
std::string verify_weights(const fs::path& file, const WeightFile& weights,
                           const Architecture& architecture, bool top) {
  if (weights.md5.empty()) {
    require_fit(file, architecture, top);
    return fmt::format("fits {}; Keras publishes no md5 for it", architecture.title);
  }
  const std::string found = file_hash(file, Digest::Kind::md5);
  if (found != weights.md5)
    throw_input_error(
        "{} is there, but has md5 {} where Keras publishes {}: move it away and fetch it again, or "
        "give it with --weights where it is meant",
        shown(file), found, weights.md5);
  return fmt::format("md5 {} as published", found);
}

void fetch_weights_of(const Architecture& architecture, bool top) {
  constexpr const char* kVariable = "NANOPNEUMO_WEIGHTS_URL";
  if (!architecture.is_backbone)
    throw_input_error("{} has no ImageNet weights; it is trained from scratch", architecture.title);
  const WeightFile& weights = architecture.weights_file(top);
  const fs::path target = cached_weights(weights);
  const bool there = is_there(target);
  if (!there) {
    Download download{.url = url_of(kVariable, weights.url(), weights.name),
                      .target = target,
                      .digest = {},
                      .signature = std::string(kHdf5Signature),
                      .kind = "an HDF5 file of weights",
                      .largest = kLargestWeights,
                      .remedy = by_hand(target, kVariable),
                      .check = {}};
    if (weights.md5.empty())
      download.check = [&](const fs::path& file) { require_fit(file, architecture, top); };
    else
      download.digest = {Digest::Kind::md5, weights.md5};
    fetch_with_bar(std::string(architecture.name), download);
  }
  fmt::print("{} {}: {:.1f} MB, {}\n", shown(target), there ? "is there already" : "is fetched",
             megabytes(target), verify_weights(target, weights, architecture, top));
}

struct WeightsOptions {
  std::string model;
  bool top = false;
};

void fetch_weights(const WeightsOptions& o) {
  if (o.model != "all") return fetch_weights_of(find_architecture(o.model), o.top);
  for (const Architecture& architecture : architectures())
    if (architecture.is_backbone) fetch_weights_of(architecture, o.top);
}

void fetch_data() {
  constexpr const char* kVariable = "NANOPNEUMO_DATA_URL";
  const fs::path target = cache_folder() / "data" / kDataName;
  const bool there = is_there(target);
  if (!there)
    fetch_with_bar("X-rays", {.url = url_of(kVariable, std::string(kDataUrl), kDataName),
                              .target = target,
                              .digest = kDataDigest,
                              .signature = std::string(kZipSignature),
                              .kind = "a ZIP archive",
                              .largest = kLargestData,
                              .remedy = by_hand(target, kVariable),
                              .check = {}});
  else if (const std::string found = file_hash(target, kDataDigest.kind); found != kDataDigest.hex)
    throw_input_error("{} is there, but has sha256 {} where {} is known: move it away",
                      shown(target), found, kDataDigest.hex);
  fmt::print(
      "{} {}: {:.1f} MB, sha256 {} as known\n"
      "Kermany, Zhang, Goldbaum 2018, Mendeley Data, doi:10.17632/rscbjbr9sj.2, CC BY 4.0\n"
      "unpack it: unzip -q {} -x '__MACOSX/*' '*.DS_Store' -d DATA\n"
      "next: nanopneumo data info DATA/chest_xray\n",
      shown(target), there ? "is there already" : "is fetched", megabytes(target), kDataDigest.hex,
      shown(target));
}

}  // namespace

void add_fetch_command(Command app) {
  const Command command = app.command("fetch", "Download ImageNet weights and the paper's X-rays");
  const auto o = std::make_shared<WeightsOptions>();
  const Command weights = command.command(
      "weights", "Keras' ImageNet weights, to where train, features and classify find them");
  weights.option("MODEL", o->model, "A backbone (mobilenet, resnet50, ...), or all")
      .required()
      .without_default();
  weights.flag("--top", o->top, "With the ImageNet classifier, for classify");
  weights.action([o] { fetch_weights(*o); });
  const Command data = command.command("data", "The paper's chest X-rays, a ZIP archive of 1.2 GB");
  data.action([] { fetch_data(); });
}

}  // namespace nanopneumo
