// A build without libcurl and OpenSSL: callers ask http_is_built first.
#include <stdexcept>

#include "io/file_hash.h"
#include "io/http_get.h"

namespace nanopneumo {

bool http_is_built() { return false; }

HttpOutcome http_get(const HttpRequest&, HttpReader&) {
  throw std::logic_error("http_get in a build without libcurl");
}

std::string file_hash(const std::filesystem::path&, Digest::Kind) {
  throw std::logic_error("file_hash in a build without OpenSSL");
}

}  // namespace nanopneumo
