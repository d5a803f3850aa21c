// OpenSSL's digests, found at run time.
#pragma once

#include <openssl/evp.h>

#include "kernels/shared_library.h"

// A member with the name and type of the library's function.
#define EVP_FUNCTION(name) \
  decltype(&::EVP_##name) name = library_.function<decltype(::EVP_##name)>("EVP_" #name)

namespace nanopneumo {

class LibCrypto {
 public:
  /// Opened when it is first asked for, and then until the program ends. Throws std::runtime_error, saying why, where
  /// the library is not there.
  static const LibCrypto& get() {
    static const LibCrypto library;
    return library;
  }

 private:
  SharedLibrary library_{"libcrypto", {"libcrypto.so.3", "libcrypto.so.1.1"}};

 public:
  EVP_FUNCTION(MD_CTX_new);
  EVP_FUNCTION(MD_CTX_free);
  EVP_FUNCTION(md5);
  EVP_FUNCTION(sha256);
  EVP_FUNCTION(DigestInit_ex);
  EVP_FUNCTION(DigestUpdate);
  EVP_FUNCTION(DigestFinal_ex);
};

}  // namespace nanopneumo

#undef EVP_FUNCTION
