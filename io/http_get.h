// One GET of a file over HTTP or HTTPS, by libcurl.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "io/http_reply.h"

namespace nanopneumo {

/// Why http_get cannot work: in a build without libcurl, and on a machine without it (it is found when it is wanted).
struct HttpLack {
  std::string cause, remedy;
};
/// Nothing where it can.
std::optional<HttpLack> http_lack();

struct HttpRequest {
  std::string url;         ///< http:// or https://
  std::int64_t begin = 0;  ///< the first byte that is wanted; 0: all
  std::string validator;   ///< the part is wanted of this version only, else all (If-Range)
  int connect_seconds = 20;
  int stall_seconds = 30;  ///< a transfer with hardly any bytes for so long has failed
};

/// Takes what arrives. Exceptions that it throws end the transfer and come out of http_get.
class HttpReader {
 public:
  virtual ~HttpReader() = default;
  /// The header of the last answer, redirects having been followed. False: its body is not wanted.
  virtual bool begin(const HttpReply& reply) = 0;
  virtual void body(std::string_view bytes) = 0;
  /// Asked about once a second and at each piece of the body; true ends the transfer.
  virtual bool stopped() = 0;
};

enum class HttpEnd {
  complete,     ///< all that the server announced has arrived
  unwanted,     ///< begin said false
  stopped,      ///< stopped said true
  unreachable,  ///< no such host, nobody listening, no trust in its certificate
  broken,       ///< the connection broke off or stalled; another try may help
  misled,       ///< redirects in a circle, or to where they must not lead
};

struct HttpOutcome {
  HttpEnd end;
  std::string reason;  ///< libcurl's words for what went wrong
};

/// Follows up to 5 redirects, to HTTP and HTTPS alone, and from HTTPS never to HTTP. Proxies are taken
/// from the environment (https_proxy, no_proxy) as usual.
/// To be called where there is no http_lack().
HttpOutcome http_get(const HttpRequest& request, HttpReader& reader);

}  // namespace nanopneumo
