// Environment variables for the length of a test.
#pragma once

#include <stdlib.h>

#include <map>
#include <optional>
#include <string>

namespace nanopneumo::test {

/// Gives environment variables other values for a while; nothing: not set.
class Environment {
 public:
  explicit Environment(std::map<std::string, std::optional<std::string>> values) {
    for (const auto& [name, value] : values) {
      const char* was = ::getenv(name.c_str());
      before_[name] = was ? std::optional<std::string>(was) : std::nullopt;
      set(name, value);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() {
    for (const auto& [name, value] : before_) set(name, value);
  }

 private:
  static void set(const std::string& name, const std::optional<std::string>& value) {
    if (value)
      ::setenv(name.c_str(), value->c_str(), 1);
    else
      ::unsetenv(name.c_str());
  }

  std::map<std::string, std::optional<std::string>> before_;
};

}  // namespace nanopneumo::test
