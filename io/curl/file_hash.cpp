#include "io/file_hash.h"

#include <array>
#include <memory>
#include <new>
#include <stdexcept>
#include <vector>

#include "io/curl/libcrypto.h"
#include "io/file_bytes.h"
#include "io/input_file.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 20;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { LibCrypto::get().MD_CTX_free(context); }
};

void require(int success, Digest::Kind kind) {
  if (success != 1)  // a machine in FIPS mode has no MD5
    throw_input_error("OpenSSL on this machine refuses to compute {}: ask its administrator",
                      name_of(kind));
}

/// OpenSSL, or a sentence for the user.
const LibCrypto& open_ssl(const std::filesystem::path& file, Digest::Kind kind) {
  try {
    return LibCrypto::get();
  } catch (const std::runtime_error& error) {
    throw_input_error(
        "the {} of {} needs OpenSSL, which the loader does not find ({}): install the package "
        "libssl3",
        name_of(kind), shown(file), error.what());
  }
}

}  // namespace

bool file_hash_is_known() {
  try {
    LibCrypto::get();
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

std::string file_hash(const std::filesystem::path& path, Digest::Kind kind) {
  const LibCrypto& ssl = open_ssl(path, kind);
  const InputFile file(path);
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(ssl.MD_CTX_new());
  if (!context) throw std::bad_alloc();
  require(ssl.DigestInit_ex(context.get(), kind == Digest::Kind::md5 ? ssl.md5() : ssl.sha256(),
                            nullptr),
          kind);
  std::vector<char> chunk(kChunk);
  while (const std::size_t got = file.read(chunk))
    require(ssl.DigestUpdate(context.get(), chunk.data(), got), kind);
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  require(ssl.DigestFinal_ex(context.get(), bytes.data(), &length), kind);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) hex += fmt::format("{:02x}", bytes[i]);
  return hex;
}

}  // namespace nanopneumo
