#include "kernels/shared_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <stdexcept>

namespace nanopneumo {

SharedLibrary::SharedLibrary(const std::string& title, std::initializer_list<const char*> names)
    : title_(title) {
  std::string reasons;
  for (const char* name : names) {
    handle_ = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (handle_) return;
    const char* reason = ::dlerror();
    reasons += fmt::format("{}{}", reasons.empty() ? "" : "; ", reason ? reason : name);
  }
  throw std::runtime_error(fmt::format("{}: {}", title, reasons));
}

// The libraries keep threads and state of their own: they stay open until the program ends.
SharedLibrary::~SharedLibrary() = default;

void* SharedLibrary::address(const char* name) const {
  void* found = ::dlsym(handle_, name);
  if (!found) throw std::runtime_error(fmt::format("{}: there is no function {}", title_, name));
  return found;
}

}  // namespace nanopneumo
