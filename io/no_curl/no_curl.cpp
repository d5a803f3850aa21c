// A build without libcurl and OpenSSL.
#include <stdexcept>

#include "io/file_bytes.h"
#include "io/file_hash.h"
#include "io/http_get.h"
#include "tensor/errors.h"

namespace nanopneumo {

bool http_is_built() { return false; }

HttpOutcome http_get(const HttpRequest&, HttpReader&) {
  throw std::logic_error("http_get in a build without libcurl");
}

std::string file_hash(const std::filesystem::path& file, Digest::Kind kind) {
  throw_input_error(
      "the {0} of {1} is not known to this nanopneumo, built without OpenSSL: run {0}sum {1}",
      name_of(kind), shown(file));
}

}  // namespace nanopneumo
