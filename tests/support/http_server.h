// An HTTP server on this machine that answers as badly as a test asks it to.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "io/file_descriptor.h"

namespace nanopneumo::test {

struct HttpRequestSeen {
  std::string path;                            ///< "/a.h5"
  std::map<std::string, std::string> headers;  ///< names in small letters

  /// The first byte of "Range: bytes=N-"; 0 without one.
  std::size_t range_begin() const;
};

/// The server's end of a connection. It is closed when the handler returns.
class HttpConnection {
 public:
  explicit HttpConnection(int socket) : socket_(socket) {}

  /// Stops quietly where the client has gone.
  void send(std::string_view bytes) const;
  /// "HTTP/1.1 STATUS", `headers` (each with its line end) and `body` with its true length.
  void reply(std::string_view status, std::string_view headers, std::string_view body) const;
  /// Sends nothing until the client gives up; 20 seconds at most.
  void wait_for_the_end() const;

 private:
  int socket_;
};

/// Listens on 127.0.0.1 at a free port, one connection after another, each with one request.
class HttpServer {
 public:
  using Handler = std::function<void(const HttpRequestSeen&, const HttpConnection&)>;

  explicit HttpServer(Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// "http://127.0.0.1:PORT" and `path`.
  std::string url(std::string_view path = "") const;
  /// The requests so far.
  std::vector<HttpRequestSeen> seen() const;

 private:
  void serve();

  Handler handler_;
  int port_ = 0;  ///< before the socket that sets it
  FileDescriptor listener_;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::vector<HttpRequestSeen> seen_;
  std::thread thread_;
};

/// Serves `content` as a good server does, whole or, after Range, from there on, with `etag`.
void serve_well(const HttpRequestSeen& request, const HttpConnection& connection,
                std::string_view content, std::string_view etag = "\"v1\"");

/// A URL on this machine where nobody listens.
std::string unserved_url(std::string_view path);

}  // namespace nanopneumo::test
