// libcurl, found at run time.
#pragma once

#include <curl/curl.h>

#include "kernels/shared_library.h"

// curl.h makes macros of functions of this name.
#undef curl_easy_setopt
#undef curl_easy_getinfo

// A member with the name and type of the library's function.
#define CURL_FUNCTION(name) \
  decltype(&::curl_##name) name = library_.function<decltype(::curl_##name)>("curl_" #name)

namespace nanopneumo {

class LibCurl {
 public:
  /// Opened when it is first asked for, and then until the program ends. Throws std::runtime_error, saying why, where
  /// the library is not there or older than what is asked of it.
  static const LibCurl& get();

 private:
  LibCurl();
  SharedLibrary library_{"libcurl", {"libcurl.so.4"}};

 public:
  CURL_FUNCTION(version_info);
  CURL_FUNCTION(global_init);
  CURL_FUNCTION(easy_init);
  CURL_FUNCTION(easy_setopt);
  CURL_FUNCTION(easy_perform);
  CURL_FUNCTION(easy_getinfo);
  CURL_FUNCTION(easy_strerror);
  CURL_FUNCTION(easy_cleanup);
  CURL_FUNCTION(slist_append);
  CURL_FUNCTION(slist_free_all);
  CURL_FUNCTION(strnequal);
};

}  // namespace nanopneumo

#undef CURL_FUNCTION
