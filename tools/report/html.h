// Pieces of an HTML page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nanopneumo::report {

/// `text` so that it is only text between tags and in quoted attributes: the five characters that
/// mean something to HTML as references, control characters and invalid UTF-8 as \xNN.
std::string escape(std::string_view text);

/// The same, keeping the ends of lines.
std::string escape_lines(std::string_view text);

/// "data:image/png;base64,...".
std::string data_uri(std::string_view media_type, std::string_view bytes);

/// A table with a caption that scrolls sideways, also by keyboard, where the page is narrow. Cells
/// are HTML, the caption too; the first of each row is its heading.
class HtmlTable {
 public:
  HtmlTable(std::string caption, std::vector<std::string> headings);

  /// ShapeError where there are not as many cells as headings.
  void add(const std::vector<std::string>& cells);
  std::string html() const;

 private:
  std::string caption_, head_, rows_;
  std::size_t columns_;
};

/// A figure of panels beside one another, as many as fit, with a caption below.
std::string figure(const std::vector<std::string>& panels, const std::string& caption);

/// What is folded away until it is asked for.
std::string details(std::string_view summary, const std::string& body);

/// A remark, set apart.
std::string note(const std::string& html);

}  // namespace nanopneumo::report
