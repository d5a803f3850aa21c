#include "io/download.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "io/cache_folder.h"
#include "io/file_bytes.h"
#include "io/http_get.h"
#include "io/part_file.h"
#include "io/part_reader.h"
#include "io/printable.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

constexpr std::string_view kCheckNetwork = "check the network and the proxy, or ";
constexpr std::int64_t kRealProgress = 1 << 20;  ///< bytes that make a try count as none

/// A run of requests for one file.
class Fetch {
 public:
  Fetch(const Download& download, const DownloadWatch& watch, const DownloadPatience& patience)
      : download_(download),
        watch_(watch),
        patience_(patience),
        part_(download.target),
        continued_(part_.size() > 0) {}

  DownloadEnd run() {
    try {
      for (;;) {
        const Next next = ask();
        if (next == Next::stop) return DownloadEnd::stopped;
        if (next == Next::verify && is_complete()) break;
      }
    } catch (const WrongContent& wrong) {
      part_.remove();
      refuse(wrong.cause);
    }
    part_.complete();
    return DownloadEnd::complete;
  }

 private:
  enum class Next { ask, verify, stop };

  [[noreturn]] void refuse(std::string_view cause, std::string_view advice = "") const {
    throw_input_error("{} {}: {}{}", shown_url(download_.url), cause, advice, download_.remedy);
  }
  void note(const std::string& text) const {
    if (watch_.note) watch_.note(text);
  }
  bool stopped() const { return watch_.stopped && watch_.stopped(); }

  /// Whether the rest may be asked for: where nothing tells at the end that two versions were mixed,
  /// the server has to promise now that it has the same one.
  bool may_continue() const {
    const bool begins_well =
        download_.signature.starts_with(part_.head(download_.signature.size()));
    return part_.size() > 0 && begins_well && (download_.digest || !known_version().empty());
  }

  /// The server's name for the version that the part is from; "" where there is none.
  std::string known_version() const {
    const PartSource& source = part_.source();
    return source.url == shown_url(download_.url) ? source.validator : "";
  }

  /// One request and what follows from its answer.
  Next ask() {
    HttpRequest request;
    request.url = download_.url;
    request.connect_seconds = patience_.connect_seconds;
    request.stall_seconds = patience_.stall_seconds;
    if (may_continue()) request.begin = part_.size();
    request.validator = known_version();
    PartReader reader(download_, watch_, request.begin, part_);
    const std::int64_t before = part_.size();
    const HttpOutcome outcome = http_get(request, reader);
    if (reader.reply().status == 200) continued_ = false;
    if (reader.reply().status == 206) continued_ = true;
    const std::string reason = printable(outcome.reason);
    switch (outcome.end) {
      case HttpEnd::complete:
        if (reader.whole() > part_.size()) return wait("sends less than it announced", before);
        return Next::verify;
      case HttpEnd::unwanted:
        return after_status(reader.reply(), request.begin);
      case HttpEnd::stopped:
        return Next::stop;
      case HttpEnd::broken:
        return wait(fmt::format("broke off ({})", reason), before);
      case HttpEnd::misled:
        refuse(fmt::format("leads astray ({})", reason));
      case HttpEnd::unreachable:
        refuse(fmt::format("cannot be reached ({})", reason), kCheckNetwork);
    }
    throw std::logic_error("an unknown HttpEnd");
  }

  Next after_status(const HttpReply& reply, std::int64_t begin) {
    if (begin > 0 && reply.status == 416 && reply.file_length == begin) return Next::verify;
    if (begin > 0 && (reply.status == 416 || reply.status == 206)) {
      note("the server does not continue what is there: from the beginning");
      part_.restart({});
      return Next::ask;
    }
    const std::string status = fmt::format("answers with HTTP status {}", reply.status);
    switch (reply.status) {
      case 404:
      case 410:
        refuse(fmt::format("is not there (HTTP status {})", reply.status));
      case 408:
      case 429:
      case 500:
      case 502:
      case 503:
      case 504:
        return wait(status, part_.size(), reply.retry_after);
      default:
        refuse(status);
    }
  }

  /// Waits before another try; gives up where the tries so far have brought too little.
  Next wait(const std::string& cause, std::int64_t before,
            std::optional<std::int64_t> retry_after = std::nullopt) {
    if (part_.size() - before >= kRealProgress) tries_ = 0;
    if (++tries_ >= patience_.tries)
      refuse(fmt::format("{}, {} times", cause, tries_), kCheckNetwork);
    double seconds = patience_.first_wait_seconds * (1 << (tries_ - 1));
    if (retry_after) {
      seconds = static_cast<double>(*retry_after);
      if (seconds > patience_.longest_wait_seconds)
        refuse(fmt::format("{} and asks for {} seconds of patience", cause, *retry_after));
    }
    note(fmt::format("the server {}; trying again in {:.0f} s", cause, seconds));
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    while (Clock::now() < end) {
      if (stopped()) return Next::stop;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return stopped() ? Next::stop : Next::ask;
  }

  /// Whether the part is the wanted file. Where it is not, but was put together from several answers,
  /// their versions may have differed: once, it is emptied and false given. Throws WrongContent otherwise.
  bool is_complete() {
    const std::string fault = fault_of_part();
    if (fault.empty()) return true;
    if (!continued_ || begun_anew_) throw WrongContent{fault};
    begun_anew_ = true;
    note("the parts do not fit each other: from the beginning");
    part_.restart({});
    return false;
  }

  /// "" where the part is the wanted file.
  std::string fault_of_part() {
    if (!part_.head(download_.signature.size()).starts_with(download_.signature))
      return fmt::format("sends something else, not {}", download_.kind);
    if (download_.digest) {
      const auto [kind, wanted] = *download_.digest;
      const std::string found = file_hash(part_.path(), kind);
      if (found != wanted)
        return fmt::format("sends a file with {} {} where {} is known", name_of(kind), found,
                           wanted);
    }
    try {
      if (download_.check) download_.check(part_.path());
      return "";
    } catch (const InputError& error) {
      return fmt::format("sends a file that is no good ({})", error.what());
    }
  }

  using Clock = std::chrono::steady_clock;

  const Download& download_;
  const DownloadWatch& watch_;
  const DownloadPatience& patience_;
  PartFile part_;
  bool continued_;           ///< the part may come from several answers
  bool begun_anew_ = false;  ///< once, for that reason
  int tries_ = 0;
};

}  // namespace

DownloadEnd fetch_file(const Download& download, const DownloadWatch& watch,
                       const DownloadPatience& patience) {
  if (const std::optional<HttpLack> lack = http_lack())
    throw_input_error("{} cannot be fetched, {}: {}, or {}", shown_url(download.url), lack->cause,
                      download.remedy, lack->remedy);
  make_folders(download.target.parent_path());
  return Fetch(download, watch, patience).run();
}

std::string shown_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  std::string text = shown(std::filesystem::path(url));
  if (scheme == std::string_view::npos) return text;
  const std::size_t host = scheme + 3, at = url.substr(host, url.find('/', host) - host).rfind('@');
  return at == std::string_view::npos
             ? text
             : shown(std::filesystem::path(std::string(url.substr(0, host)) +
                                           std::string(url.substr(host + at + 1))));
}

}  // namespace nanopneumo
