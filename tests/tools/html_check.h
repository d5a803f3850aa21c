// Whether an HTML page is well-formed, stands alone and has names for what is seen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nanopneumo::test {

/// What is wrong with `html`, a sentence each; empty where nothing is. It asks for: tags that are
/// closed in order; attributes in quotation marks; unique ids, and links and aria-labelledby that
/// lead to one; a title and a language; tables with a caption; an alt for each img, and an
/// aria-label (or aria-hidden) for each svg; no script, and no reference to anything outside of the
/// page but in the href of an a.
std::vector<std::string> html_faults(std::string_view html);

/// The text between the tags, with the five references resolved.
std::string html_text(std::string_view html);

}  // namespace nanopneumo::test
