#include "kernels/emulator/profiler/source_of.h"

#include <dlfcn.h>
#include <elf.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace nanopneumo::profiler {
namespace {

/// The top of the project, as cmake/CudaKernels.cmake has the compiler call it.
constexpr std::string_view kProject = "/nanopneumo/";

/// The address as the program's file has it, or 0 where `pc` lies in another file.
std::uintptr_t address_in_program(const void* pc) {
  Dl_info here, there;
  if (!dladdr(pc, &there) || !dladdr(reinterpret_cast<const void*>(&source_of), &here) ||
      here.dli_fbase != there.dli_fbase)
    return 0;
  const auto address = reinterpret_cast<std::uintptr_t>(pc) - 1;  // within the call
  const bool moved = static_cast<const Elf64_Ehdr*>(there.dli_fbase)->e_type == ET_DYN;
  return moved ? address - reinterpret_cast<std::uintptr_t>(there.dli_fbase) : address;
}

/// What a command prints, in lines.
std::vector<std::string> lines_of(const std::string& command) {
  std::vector<std::string> lines;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (!pipe) return lines;
  char* line = nullptr;
  std::size_t room = 0;
  for (ssize_t n; (n = getline(&line, &room, pipe.get())) > 0;)
    lines.emplace_back(line, line[n - 1] == '\n' ? n - 1 : n);
  std::free(line);
  return lines;
}

/// "add_kernel" of "nanopneumo::profiled::(anonymous namespace)::add_kernel(long, float const*)".
std::string short_name(const std::string& function) {
  std::size_t end = 0, start = 0;
  int depth = 0;
  for (; end < function.size(); ++end) {
    const char c = function[end];
    if (c == '<') ++depth;
    if (c == '>') --depth;
    if (depth) continue;
    if (c == ' ' && function.compare(0, end, "(anonymous") != 0) start = end + 1;
    if (c == ':') start = end + 1;
    if (c == '(' && function.compare(end, 10, "(anonymous") != 0) break;
  }
  return function.substr(start, end - start);
}

/// "kernels/cuda/add.cu:10" of "/nanopneumo/kernels/cuda/add.cu:10 (discriminator 2)".
std::string short_line(const std::string& line) {
  const std::size_t start = line.starts_with(kProject) ? kProject.size() : 0;
  return line.substr(start, line.find(" (disc") - start);
}

/// Whether a line belongs to what every kernel's accesses go through, not to the kernel.
bool is_plumbing(const std::string& line) {
  return !line.starts_with(kProject) ||
         line.find("kernels/cuda/vector_access.h") != std::string::npos;
}

/// Two lines, a function and FILE:LINE, for the place itself and for each call that was inlined.
std::vector<std::string> functions_and_lines(std::uintptr_t address) {
  return lines_of(
      fmt::format("addr2line -e /proc/{}/exe -f -C -i {:#x} 2>/dev/null", getpid(), address));
}

std::string look_up(const void* pc) {
  const std::uintptr_t address = address_in_program(pc);
  if (!address) return fmt::format("{}", pc);
  const auto lines = functions_and_lines(address);
  if (lines.size() < 2 || lines[1].starts_with("??")) return fmt::format("program+{:#x}", address);
  const auto place = [&](std::size_t i) {
    return fmt::format("{} ({})", short_line(lines[i]), short_name(lines[i - 1]));
  };
  std::size_t first = 1;
  while (first + 2 < lines.size() && is_plumbing(lines[first])) first += 2;
  const std::string text = place(first);
  for (std::size_t i = first; i < lines.size(); i += 2)
    if (lines[i].find(".cu:") != std::string::npos)
      return i == first ? text : fmt::format("{}, in {}", place(i), text);
  return text;
}

}  // namespace

std::string source_of(const void* pc) {
  static std::mutex mutex;
  static std::map<const void*, std::string> known;
  const std::lock_guard lock(mutex);
  const auto [place, is_new] = known.try_emplace(pc);
  if (is_new) place->second = look_up(pc);
  return place->second;
}

std::string function_of(const void* pc) {
  const std::uintptr_t address = address_in_program(pc);
  if (!address) return {};
  const auto lines = functions_and_lines(address);
  return lines.size() < 2 ? std::string() : lines[lines.size() - 2];
}

}  // namespace nanopneumo::profiler
