// A library that is looked for when it is wanted, so that the program starts without it.
#pragma once

#include <initializer_list>
#include <string>

namespace nanopneumo {

class SharedLibrary {
 public:
  /// Opens the first of `names` that the loader finds. Throws std::runtime_error with the loader's
  /// reason where there is none.
  SharedLibrary(const std::string& title, std::initializer_list<const char*> names);
  SharedLibrary(const SharedLibrary&) = delete;
  SharedLibrary& operator=(const SharedLibrary&) = delete;
  ~SharedLibrary();

  /// The function called `name`, whose type is that of its declaration in the library's header:
  /// library.function<decltype(cudnnCreate)>("cudnnCreate"). Throws std::runtime_error where it is
  /// missing.
  template <class Function>
  Function* function(const char* name) const {
    return reinterpret_cast<Function*>(address(name));
  }

 private:
  void* address(const char* name) const;

  std::string title_;
  void* handle_ = nullptr;
};

}  // namespace nanopneumo
