#include "tests/tools/html_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace nanopneumo::test {
namespace {

using Attributes = std::map<std::string, std::string>;

const std::set<std::string> kVoid{"meta", "link", "img", "br", "hr"};

class Checker {
 public:
  explicit Checker(std::string_view html) : html_(html) {}

  std::vector<std::string> run() {
    while (at_ < html_.size()) html_[at_] == '<' ? tag() : text();
    for (const std::string& name : open_) fault("<{}> is not closed", name);
    for (const std::string& target : targets_)
      if (!ids_.contains(target)) fault("nothing has the id {}", target);
    for (const char* needed : {"html", "head", "body", "title", "h1", "main"})
      if (!seen_.contains(needed)) fault("there is no <{}>", needed);
    return faults_;
  }

 private:
  template <class... Arguments>
  void fault(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    faults_.push_back(fmt::format(format, std::forward<Arguments>(arguments)...));
  }

  void text() {
    const std::size_t end = std::min(html_.find('<', at_), html_.size());
    const std::string_view text = html_.substr(at_, end - at_);
    if (text.find('>') != std::string_view::npos) fault("a bare > in \"{}\"", text.substr(0, 60));
    for (std::size_t i = 0; (i = text.find('&', i)) != std::string_view::npos; ++i)
      if (text.find(';', i) == std::string_view::npos) fault("a bare & in \"{}\"", text);
    at_ = end;
  }

  void tag() {
    const std::size_t start = at_;
    if (html_.substr(at_).starts_with("<!DOCTYPE html>")) {
      at_ += 15;
      return;
    }
    const bool closes = html_.substr(at_).starts_with("</");
    at_ += closes ? 2 : 1;
    const std::string name = word();
    if (name.empty()) {
      fault("a bare < before \"{}\"", html_.substr(start, 40));
      return;
    }
    Attributes attributes;
    while (at_ < html_.size() && html_[at_] != '>') {
      if (html_[at_] == ' ' || html_[at_] == '\n') {
        ++at_;
        continue;
      }
      const std::string key = word();
      if (key.empty() || !html_.substr(at_).starts_with("=\"")) {
        fault("no quoted attribute in \"{}\"", html_.substr(start, 60));
        at_ = std::min(html_.find('>', at_), html_.size());
        break;
      }
      const std::size_t end = html_.find('"', at_ + 2);
      if (end == std::string_view::npos) {
        fault("an attribute is not closed");
        at_ = html_.size();
        return;
      }
      if (!attributes.try_emplace(key, html_.substr(at_ + 2, end - at_ - 2)).second)
        fault("{} twice in one tag", key);
      at_ = end + 1;
    }
    ++at_;
    closes ? close(name) : open(name, attributes);
  }

  std::string word() {
    const std::size_t start = at_;
    while (at_ < html_.size() && (std::isalnum(static_cast<unsigned char>(html_[at_])) ||
                                  html_[at_] == '-' || html_[at_] == ':'))
      ++at_;
    return std::string(html_.substr(start, at_ - start));
  }

  void open(const std::string& name, const Attributes& attributes) {
    seen_.insert(name);
    check(name, attributes);
    if (name == "table") captions_.push_back(false);
    if (name == "caption" && !captions_.empty()) captions_.back() = true;
    if (!kVoid.contains(name)) open_.push_back(name);
    if (name != "style") return;
    const std::size_t end = html_.find("</style>", at_);
    const std::string_view css = html_.substr(at_, end - at_);
    for (const char* outside : {"url(", "@import", "http"})
      if (css.find(outside) != std::string_view::npos)
        fault("the style refers outside: {}", outside);
    at_ = std::min(end, html_.size());
  }

  void close(const std::string& name) {
    if (open_.empty() || open_.back() != name)
      return fault("</{}> closes <{}>", name, open_.empty() ? "nothing" : open_.back());
    open_.pop_back();
    if (name != "table") return;
    if (!captions_.back()) fault("a table without a caption");
    captions_.pop_back();
  }

  void check(const std::string& name, const Attributes& attributes) {
    const auto value = [&](const char* key) {
      const auto found = attributes.find(key);
      return found == attributes.end() ? std::optional<std::string>() : found->second;
    };
    if (const auto id = value("id"); id && !ids_.insert(*id).second) fault("the id {} twice", *id);
    if (const auto target = value("aria-labelledby")) targets_.push_back(*target);
    if (name == "html" && !value("lang")) fault("no language");
    if (name == "img" && value("alt").value_or("").empty()) fault("an img without alt");
    if (name == "svg" && value("aria-label").value_or("").empty() && value("aria-hidden") != "true")
      fault("an svg without a name");
    if (name == "script" || name == "iframe" || name == "object" || name == "base")
      fault("a <{}>", name);
    for (const auto& [key, text] : attributes) {
      if (key.starts_with("on")) fault("an event handler {}", key);
      if ((key == "src" || key == "srcset" || key == "data" || (key == "href" && name != "a")) &&
          !text.starts_with("data:"))
        fault("{} of <{}> refers outside: {}", key, name, text);
      if (key == "href" && text.starts_with('#')) targets_.push_back(text.substr(1));
      if (key == "style" && text.find("url") != std::string::npos) fault("a style refers outside");
      if (text.find('<') != std::string::npos) fault("a bare < in the attribute {}", key);
    }
  }

  std::string_view html_;
  std::size_t at_ = 0;
  std::vector<std::string> open_, targets_, faults_;
  std::set<std::string> ids_, seen_;
  std::vector<bool> captions_;
};

}  // namespace

std::vector<std::string> html_faults(std::string_view html) { return Checker(html).run(); }

std::string html_text(std::string_view html) {
  std::string text;
  bool in_tag = false;
  for (const char c : html) {
    if (c == '<') in_tag = true;
    if (!in_tag) text += c;
    if (c == '>') {
      in_tag = false;
      text += ' ';
    }
  }
  const std::pair<std::string_view, std::string_view> references[] = {
      {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}};
  for (const auto& [reference, character] : references)
    for (std::size_t i = 0; (i = text.find(reference, i)) != std::string::npos; i += 1)
      text.replace(i, reference.size(), character);
  return text;
}

}  // namespace nanopneumo::test
