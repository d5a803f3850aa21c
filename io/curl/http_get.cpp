#include "io/http_get.h"

#include <exception>
#include <memory>
#include <new>

#include "io/curl/libcurl.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

constexpr long kMostRedirects = 5;
constexpr long kSlowestBytesPerSecond = 128;

struct CleanUp {
  void operator()(CURL* handle) const { LibCurl::get().easy_cleanup(handle); }
  void operator()(curl_slist* list) const { LibCurl::get().slist_free_all(list); }
};

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
  if (LibCurl::get().easy_setopt(handle, option, value) == CURLE_OUT_OF_MEMORY)
    throw std::bad_alloc();
}

/// What libcurl's callbacks share. No exception may pass through libcurl, so it waits here.
struct Transfer {
  HttpReader& reader;
  HttpReply reply{};
  bool begun = false, unwanted = false, stopped = false;
  std::exception_ptr thrown{};

  /// False where the transfer has to end.
  bool begin() {
    if (!begun) unwanted = !reader.begin(reply);
    begun = true;
    return !unwanted;
  }
};

/// Calls `action` in place of a callback; false where it says so or throws.
template <class Action>
bool guarded(Transfer& transfer, const Action& action) {
  try {
    return action();
  } catch (...) {
    transfer.thrown = std::current_exception();
    return false;
  }
}

std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const bool go_on = guarded(transfer, [&] {
    read_header_line({bytes, count}, transfer.reply);
    return true;
  });
  return go_on ? count : 0;
}

std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const bool go_on = guarded(transfer, [&] {
    if (!transfer.begin()) return false;
    transfer.reader.body({bytes, count});
    return true;
  });
  return go_on ? count : CURL_WRITEFUNC_ERROR;
}

int on_tick(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const bool go_on = guarded(transfer, [&] {
    transfer.stopped = transfer.reader.stopped();
    return !transfer.stopped;
  });
  return go_on ? 0 : 1;
}

/// Whether the last connection was made, so that what failed came later.
bool was_connected(CURL* handle) {
  curl_off_t microseconds = 0;
  LibCurl::get().easy_getinfo(handle, CURLINFO_CONNECT_TIME_T, &microseconds);
  return microseconds > 0;
}

HttpEnd end_of(CURL* handle, CURLcode code) {
  if (code == CURLE_OPERATION_TIMEDOUT && !was_connected(handle)) return HttpEnd::unreachable;
  switch (code) {
    case CURLE_OK:
      return HttpEnd::complete;
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return HttpEnd::misled;
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_WEIRD_SERVER_REPLY:
      return HttpEnd::broken;
    default:
      return HttpEnd::unreachable;
  }
}

/// Schemes may be written in capitals.
bool is_plain(const std::string& url) {
  return LibCurl::get().strnequal(url.c_str(), "http://", 7);
}

void ask_for(CURL* handle, const HttpRequest& request) {
  set(handle, CURLOPT_URL, request.url.c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_REDIR_PROTOCOLS_STR, is_plain(request.url) ? "http,https" : "https");
  set(handle, CURLOPT_FOLLOWLOCATION, 1L);
  set(handle, CURLOPT_MAXREDIRS, kMostRedirects);
  set(handle, CURLOPT_USERAGENT, "nanopneumo/" NANOPNEUMO_VERSION);
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(request.connect_seconds));
  set(handle, CURLOPT_LOW_SPEED_LIMIT, kSlowestBytesPerSecond);
  set(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stall_seconds));
  if (request.begin > 0) set(handle, CURLOPT_RANGE, fmt::format("{}-", request.begin).c_str());
}

void report_to(CURL* handle, Transfer& transfer) {
  set(handle, CURLOPT_HEADERFUNCTION, on_header);
  set(handle, CURLOPT_HEADERDATA, &transfer);
  set(handle, CURLOPT_WRITEFUNCTION, on_body);
  set(handle, CURLOPT_WRITEDATA, &transfer);
  set(handle, CURLOPT_NOPROGRESS, 0L);
  set(handle, CURLOPT_XFERINFOFUNCTION, on_tick);
  set(handle, CURLOPT_XFERINFODATA, &transfer);
}

}  // namespace

std::optional<HttpLack> http_lack() {
  try {
    LibCurl::get();
    return {};
  } catch (const std::runtime_error& error) {
    return HttpLack{
        fmt::format("the loader does not find libcurl as it is needed ({})", error.what()),
        "install the package libcurl4"};
  }
}

HttpOutcome http_get(const HttpRequest& request, HttpReader& reader) {
  const std::unique_ptr<CURL, CleanUp> handle(LibCurl::get().easy_init());
  if (!handle) throw std::bad_alloc();
  Transfer transfer{.reader = reader};
  char reason[CURL_ERROR_SIZE] = "";
  set(handle.get(), CURLOPT_ERRORBUFFER, reason);
  ask_for(handle.get(), request);
  report_to(handle.get(), transfer);
  std::unique_ptr<curl_slist, CleanUp> headers;
  if (request.begin > 0 && !request.validator.empty()) {
    headers.reset(LibCurl::get().slist_append(nullptr, ("If-Range: " + request.validator).c_str()));
    set(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  }

  const CURLcode code = LibCurl::get().easy_perform(handle.get());
  if (transfer.thrown) std::rethrow_exception(transfer.thrown);
  if (transfer.stopped) return {HttpEnd::stopped, ""};
  // An answer may have no body.
  if (transfer.unwanted || (code == CURLE_OK && !transfer.begin())) return {HttpEnd::unwanted, ""};
  return {end_of(handle.get(), code), *reason ? reason : LibCurl::get().easy_strerror(code)};
}

}  // namespace nanopneumo
