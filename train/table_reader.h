// Values out of a TOML table, with a sentence for what is wrong with them.
#pragma once

#include <toml++/toml.h>

#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "io/printable.h"
#include "tensor/errors.h"

namespace nanopneumo {

/// Reads the values of one table and complains about those that nobody asked for. Everything throws
/// InputError, naming the file and the key.
class TableReader {
 public:
  TableReader(const toml::table& table, std::string file) : table_(table), file_(std::move(file)) {}

  template <class T>
  void read(const char* key, T& value) {
    known_.insert(key);
    const toml::node* node = table_.get(key);
    if (!node) fail(key, "is missing");
    if constexpr (std::is_same_v<T, std::array<double, 2>>) {
      const toml::array* array = node->as_array();
      if (!array || array->size() != 2) fail(key, "must be two numbers");
      for (std::size_t i = 0; i < 2; ++i) {
        const auto number = array->get(i)->value<double>();
        if (!number) fail(key, "must be two numbers");
        value[i] = *number;
      }
    } else if constexpr (std::is_same_v<T, int> || std::is_same_v<T, std::uint64_t>) {
      const auto number = node->value_exact<std::int64_t>();
      if (!number || !std::in_range<T>(*number)) fail(key, "must be a whole number in range");
      value = static_cast<T>(*number);
    } else if constexpr (std::is_same_v<T, bool>) {
      const auto exact = node->value_exact<bool>();  // value<bool>() takes whole numbers too
      if (!exact) fail(key, "must be true or false");
      value = *exact;
    } else {
      const auto exact = node->value<T>();
      if (!exact) fail(key, "has the wrong type");
      value = *exact;
    }
  }

  bool has(const char* key) const { return table_.contains(key); }

  template <class T>
  void read_if_there(const char* key, T& value) {
    known_.insert(key);
    if (table_.contains(key)) read(key, value);
  }

  template <class T>
  void read(const char* key, std::optional<T>& value) {
    known_.insert(key);
    if (!table_.contains(key)) return;
    value.emplace();
    read(key, *value);
  }

  void finish() const {
    for (const auto& [key, node] : table_)
      if (!known_.contains(std::string(key.str())))
        throw_input_error("{}: there is no option \"{}\"; remove it", file_, printable(key.str()));
  }

  [[noreturn]] void fail(const char* key, const char* what) const {
    throw_input_error("{}: {} {}; correct it or start a new run", file_, key, what);
  }

  /// The table under `key`.
  toml::table sub_table(const char* key) {
    known_.insert(key);
    const toml::table* sub = table_[key].as_table();
    if (!sub) fail(key, "is missing or no table");
    return *sub;
  }

 private:
  const toml::table& table_;
  std::string file_;
  std::set<std::string> known_;
};

}  // namespace nanopneumo
