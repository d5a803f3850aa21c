#include "tools/bench/kernel_resources.h"

#include <cxxabi.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace nanopneumo::bench {
namespace {

std::string demangled(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), std::free);
  return text ? text.get() : symbol;
}

/// The number after `label` in `line`, or 0.
int number_after(std::string_view line, std::string_view label) {
  const std::size_t start = line.find(label);
  int value = 0;
  if (start != std::string_view::npos)
    std::from_chars(line.data() + start + label.size(), line.data() + line.size(), value);
  return value;
}

void remove_all(std::string& text, std::string_view part) {
  for (std::size_t at; (at = text.find(part)) != std::string::npos;) text.erase(at, part.size());
}

/// "_GLOBAL__N__0123abcd_4_x_cu_0123abcd_1234::" is how nvcc spells an anonymous namespace.
void remove_nvcc_namespaces(std::string& text) {
  for (std::size_t at; (at = text.find("_GLOBAL__N_")) != std::string::npos;) {
    const std::size_t end = text.find("::", at);
    text.erase(at, end == std::string::npos ? std::string::npos : end + 2 - at);
  }
}

template <class Line>
void for_each_line(std::string_view text, const Line& line) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string_view trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t");
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(" \t\r:") + 1 - start);
}

/// The instruction of "        /*0100*/   @!P0 LDG.E.128 R4, [R2.64] ;", without its predicate.
std::string_view instruction(std::string_view line) {
  line = trimmed(line);
  if (!line.starts_with("/*")) return {};
  const std::size_t end = line.find("*/");
  if (end == std::string_view::npos) return {};
  line = trimmed(line.substr(end + 2));
  if (line.starts_with("@")) line = trimmed(line.substr(std::min(line.find(' '), line.size())));
  return line.substr(0, line.find_first_of(" ;"));
}

/// Counts one instruction.
void count(std::string_view name, KernelCode& kernel) {
  const bool wide = name.find(".128") != std::string_view::npos;
  if (name.starts_with("LDGSTS") || name.starts_with("UBLKCP") || name.starts_with("UTMALDG"))
    ++kernel.asynchronous_copies;
  else if (name.starts_with("LDG"))
    kernel.loads_16_bytes += wide;
  else if (name.starts_with("STG"))
    kernel.stores_16_bytes += wide;
  else if (name.starts_with("LDS") || name.starts_with("STS"))
    kernel.shared_16_bytes += wide;
  else if (name.starts_with("LDL") || name.starts_with("STL"))
    ++kernel.spills;
  else if (name.starts_with("FFMA"))
    ++kernel.fused_multiply_adds;
  else if (name.starts_with("HMMA") || name.starts_with("HGMMA") || name.starts_with("QMMA"))
    ++kernel.tensor_products;
}

std::string output_of(const std::string& command) {
  std::string text;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (!pipe) return text;
  char buffer[1 << 14];
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof(buffer), pipe.get())) > 0;)
    text.append(buffer, n);
  return text;
}

/// What cuobjdump prints of this program.
std::string dump(const std::string& what) {
  return output_of(fmt::format("cuobjdump {} /proc/{}/exe 2>/dev/null", what, getpid()));
}

}  // namespace

std::string kernel_name(std::string_view demangled) {
  std::string text(demangled);
  remove_nvcc_namespaces(text);
  for (const char* part : {"(anonymous namespace)::", "nanopneumo::cuda::",
                           "nanopneumo::profiled::", "nanopneumo::emulated::", "nanopneumo::"})
    remove_all(text, part);
  if (text.starts_with("void ")) text.erase(0, 5);
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {  // up to the parameters
    if (text[i] == '<') ++depth;
    if (text[i] == '>') --depth;
    if (text[i] == '(' && depth == 0) return text.substr(0, i);
  }
  return text;
}

std::vector<KernelCode> parse_resource_usage(std::string_view text) {
  std::vector<KernelCode> kernels;
  int capability = 0;
  std::string symbol;
  for_each_line(text, [&](std::string_view line) {
    if (const int found = number_after(line, "arch = sm_")) capability = found;
    if (const std::size_t at = line.find("Function "); at != std::string_view::npos)
      symbol = trimmed(line.substr(at + 9));
    if (line.find("REG:") == std::string_view::npos || symbol.empty()) return;
    kernels.push_back({.symbol = symbol,
                       .kernel = kernel_name(demangled(symbol)),
                       .capability = capability,
                       .registers = number_after(line, "REG:"),
                       .stack_bytes = number_after(line, "STACK:") + number_after(line, "LOCAL:"),
                       .shared_bytes = number_after(line, "SHARED:")});
    symbol.clear();
  });
  return kernels;
}

void count_instructions(std::string_view sass, std::vector<KernelCode>& kernels) {
  int capability = 0;
  KernelCode* kernel = nullptr;
  for_each_line(sass, [&](std::string_view line) {
    if (const int found = number_after(line, "arch = sm_")) capability = found;
    if (const std::size_t at = line.find("Function : "); at != std::string_view::npos) {
      const std::string_view symbol = trimmed(line.substr(at + 11));
      const auto place = std::ranges::find_if(kernels, [&](const KernelCode& k) {
        return k.symbol == symbol && k.capability == capability;
      });
      kernel = place == kernels.end() ? nullptr : &*place;
    }
    if (const std::string_view name = instruction(line); kernel && !name.empty())
      count(name, *kernel);
  });
}

std::vector<KernelCode> ProgramCode::of(std::string_view kernel) const {
  std::vector<KernelCode> exact, family;
  const std::string_view base = kernel.substr(0, kernel.find('<'));
  for (const KernelCode& code : kernels) {
    if (code.kernel == kernel) exact.push_back(code);
    if (std::string_view(code.kernel).substr(0, code.kernel.find('<')) == base)
      family.push_back(code);
  }
  if (exact.empty()) return family;
  count_instructions(dump("--dump-sass --function " + exact.front().symbol), exact);
  return exact;
}

ProgramCode read_program_code() {
  ProgramCode code;
  if (std::system("cuobjdump --version >/dev/null 2>&1") != 0 ||
      std::system("nvdisasm --version >/dev/null 2>&1") != 0) {
    code.missing =
        "registers and machine code are read with cuobjdump and nvdisasm, which are not on PATH; "
        "install the CUDA toolkit, or pip install nvidia-cuda-cuobjdump nvidia-cuda-nvdisasm";
    return code;
  }
  code.kernels = parse_resource_usage(dump("--dump-resource-usage"));
  if (code.kernels.empty())
    code.missing = "this program holds no machine code of kernels; build it with the CUDA toolkit";
  return code;
}

}  // namespace nanopneumo::bench
