#include "io/curl/libcurl.h"

#include <fmt/format.h>

#include <new>
#include <stdexcept>

namespace nanopneumo {

const LibCurl& LibCurl::get() {
  static const LibCurl library;
  return library;
}

LibCurl::LibCurl() {
  // Older ones would ignore which protocols a redirect may lead to.
  constexpr unsigned kOldest = 0x075500;  // 7.85.0
  const curl_version_info_data& version = *version_info(CURLVERSION_NOW);
  if (version.version_num < kOldest)
    throw std::runtime_error(fmt::format("libcurl {} is older than 7.85", version.version));
  if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::bad_alloc();
}

}  // namespace nanopneumo
