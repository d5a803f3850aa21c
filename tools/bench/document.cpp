#include "tools/bench/document.h"

#include <fstream>
#include <sstream>

#include "io/atomic_file.h"
#include "tensor/errors.h"

namespace nanopneumo::bench {

std::string with_section(const std::string& document, const std::string& name,
                         const std::string& section) {
  const std::size_t begin = document.find("<!-- " + name + " begin");
  const std::size_t end = document.find("<!-- " + name + " end");
  const std::size_t line = document.find('\n', begin);
  if (begin == std::string::npos || end == std::string::npos || line > end)
    throw_input_error(
        "there are no lines \"<!-- {0} begin -->\" and \"<!-- {0} end -->\" in it; add "
        "them where the table belongs",
        name);
  return document.substr(0, line + 1) + section + document.substr(end);
}

void update_section(const std::filesystem::path& file, const std::string& name,
                    const std::string& section) {
  std::ifstream in(file);
  std::ostringstream document;
  document << in.rdbuf();
  if (!in) throw_input_error("{} cannot be read; give a document that exists", file.string());
  write_file_atomically(file, with_section(document.str(), name, section));
}

}  // namespace nanopneumo::bench
