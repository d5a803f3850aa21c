#include "tools/report/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "io/file_bytes.h"
#include "tensor/errors.h"

namespace nanopneumo::report {
namespace {

/// The text of a caption without its tags, for the name of the region around the table.
std::string without_tags(std::string_view html) {
  std::string text;
  bool in_tag = false;
  for (const char c : html) {
    if (c == '<') in_tag = true;
    if (!in_tag) text += c;
    if (c == '>') in_tag = false;
  }
  return text;
}

}  // namespace

std::string escape(std::string_view text) {
  std::string result;
  for (const char c : shown(std::string(text))) switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  return result;
}

std::string escape_lines(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    result += escape(text.substr(0, end));
    if (end < text.size()) result += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

std::string data_uri(std::string_view media_type, std::string_view bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string uri = fmt::format("data:{};base64,", media_type);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;  // 24 bits, four digits
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t digit = 0; digit < 4; ++digit)
      uri += digit <= count ? kDigits[group >> (18 - 6 * digit) & 63] : '=';
  }
  return uri;
}

HtmlTable::HtmlTable(std::string caption, std::vector<std::string> headings)
    : caption_(std::move(caption)), columns_(headings.size()) {
  for (const std::string& heading : headings)
    head_ += fmt::format("<th scope=\"col\">{}</th>", heading);
}

void HtmlTable::add(const std::vector<std::string>& cells) {
  if (cells.size() != columns_)
    throw_shape_error("a row of {} cells in a table of {} columns", cells.size(), columns_);
  rows_ += fmt::format("<tr><th scope=\"row\">{}</th>", cells[0]);
  for (std::size_t i = 1; i < cells.size(); ++i) rows_ += fmt::format("<td>{}</td>", cells[i]);
  rows_ += "</tr>\n";
}

std::string HtmlTable::html() const {
  return fmt::format(
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n<table>\n"
      "<caption><span>{}</span></caption>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</"
      "table>\n</div>\n",
      without_tags(caption_), caption_, head_, rows_);
}

std::string figure(const std::vector<std::string>& panels, const std::string& caption) {
  std::string html = "<figure>\n<div class=\"panels\">\n";
  for (const std::string& panel : panels) html += panel;
  return html + fmt::format("</div>\n<figcaption>{}</figcaption>\n</figure>\n", caption);
}

std::string details(std::string_view summary, const std::string& body) {
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n", summary, body);
}

std::string note(const std::string& html) {
  return fmt::format("<p class=\"note\">{}</p>\n", html);
}

}  // namespace nanopneumo::report
