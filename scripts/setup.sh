# What quickstart.sh and test.sh share: the packages that are needed and how the program is built.
# To be sourced from the repository's root folder.
# shellcheck shell=bash disable=SC2034

# HDF5 and stb read files, oneDNN computes, Boost.Context switches the emulated GPU's threads, libcurl and
# OpenSSL fetch and verify weights, the rest are small C++ libraries.
packages=(g++ cmake ninja-build libdnnl-dev libhdf5-dev libstb-dev libfmt-dev libcli11-dev
          nlohmann-json3-dev libtomlplusplus-dev libboost-context-dev libcurl4-openssl-dev
          libssl-dev doctest-dev)

say() { printf '\n== %s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }

# The given packages that are not installed, on one line.
missing_packages() {
  local package missing=()
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      missing+=("$package")
  done
  echo "${missing[*]}"
}

# Installs those of the given Debian packages that are missing, after saying which.
need_packages() {
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    die "This script knows the packages of Debian and Ubuntu alone. Install what these hold:
  $*
and build with: cmake --preset release -G Ninja && cmake --build --preset release"
  fi
  local missing root=()
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      die "These packages are missing; ask root for: apt-get install $missing"
    root=(sudo)
  fi
  say "Installing the missing packages: $missing"
  "${root[@]}" apt-get update -qq
  # shellcheck disable=SC2086  # a list
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

# How many compilers may run at once: one a processor, but 2 GiB of memory for each.
build_jobs() {
  local processors memory_kib jobs
  processors=$(nproc)
  memory_kib=$(awk '/^MemTotal:/ {print $2}' /proc/meminfo)
  jobs=$((memory_kib / (2 * 1024 * 1024)))
  [ "$jobs" -le "$processors" ] || jobs=$processors
  [ "$jobs" -ge 1 ] || jobs=1
  echo "$jobs"
}

# build PRESET [TARGET]: configures CMakePresets.json's PRESET and builds all of it, or TARGET.
build() {
  local preset=$1 target=${2:-all} jobs folder=build anew=()
  jobs=$(build_jobs)
  [ "$preset" = release ] || folder=build-$preset
  # A folder that has been configured keeps what it was configured with.
  if [ ! -f "$folder/CMakeCache.txt" ]; then
    anew=(-DNANOPNEUMO_UNITY=ON)
    if command -v ninja >/dev/null; then anew+=(-G Ninja); fi
  fi
  say "Building ($preset, $jobs at a time)"
  cmake --preset "$preset" "${anew[@]}" >"$folder-configure.log" 2>&1 || {
    cat "$folder-configure.log"
    die "cmake could not configure the build, see above."
  }
  rm -f "$folder-configure.log"
  cmake --build "$folder" --target "$target" --parallel "$jobs"
}

# run_tests PRESET [OPTION...]: ctest over a built preset, with these options of ctest, then how many cases the
# tests ran and skipped.
run_tests() {
  local preset=$1 folder=build
  shift
  [ "$preset" = release ] || folder=build-$preset
  say "Testing ($preset)"
  # Tests run beside one another: threads that wait for others of their test leave the processor to them.
  OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive} ctest --test-dir "$folder" --output-on-failure --parallel "$(nproc)" "$@"
  # Each test program prints "cases: N ran, M skipped".
  awk '/^cases: / {ran += $2; skipped += $4}
       END {
         printf "cases: %d ran, %d skipped\n", ran, skipped
         if (ran == 0) { print "no case ran: the tests tested nothing"; exit 1 }
       }' "$folder/Testing/Temporary/LastTest.log"
}
