// A build without libcurl and OpenSSL.
#include <stdexcept>

#include "io/file_bytes.h"
#include "io/file_hash.h"
#include "io/http_get.h"
#include "tensor/errors.h"

namespace nanopneumo {

std::optional<HttpLack> http_lack() {
  return HttpLack{"this nanopneumo was built without libcurl",
                  "build it with the packages libcurl4-openssl-dev and libssl-dev"};
}

HttpOutcome http_get(const HttpRequest&, HttpReader&) {
  throw std::logic_error("http_get in a build without libcurl");
}

bool file_hash_is_known() { return false; }

std::string file_hash(const std::filesystem::path& file, Digest::Kind kind) {
  throw_input_error(
      "the {0} of {1} is not known to this nanopneumo, built without OpenSSL: run {0}sum {1}",
      name_of(kind), shown(file));
}

}  // namespace nanopneumo
