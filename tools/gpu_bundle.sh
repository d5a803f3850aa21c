#!/usr/bin/env bash
# Packs what the build needs of this machine's Debian packages (headers, libraries and what those need in
# turn, CMake's files) into .bundle/bundle.tar.xz, which travels with the tree to a GPU machine that has
# neither the packages nor a network. tools/gpu_check.sh unpacks it there. Without a network `fetch` is of no
# use: libcurl and OpenSSL are left out, and the build there says so. amd64 alone.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh

[ "$(dpkg --print-architecture)" = amd64 ] || die "The bundle is for amd64; this is another machine."
missing=$(missing_packages "${packages[@]}")
[ -z "$missing" ] || die "Install first: $missing"

arch=x86_64-linux-gnu
largest_mib=40
tree=.bundle/tree
rm -rf .bundle
mkdir -p "$tree/usr/include" "$tree/usr/lib/$arch"

# Headers and CMake's files of a package as they lie in /usr. HDF5's headers move to where CMake looks.
pack() {
  dpkg -L "$1" | grep -E '^/usr/(include|share/cmake|lib/cmake|lib/[^/]*/cmake|share/.*/cmake)/' |
    while read -r file; do [ -d "$file" ] || echo "${file#/}"; done |
    tar -C / -cf - --files-from=- | tar -C "$tree" -xf -
}
for package in libdnnl-dev libstb-dev libfmt-dev libcli11-dev nlohmann-json3-dev libtomlplusplus-dev \
               doctest-dev; do
  pack "$package"
done
cp /usr/include/hdf5/serial/*.h "$tree/usr/include/"
# Of Boost's thousands of headers those that our sources include, and its files for CMake.
{
  grep -rl 'boost/' kernels --include='*.cpp' --include='*.h' | xargs g++ -std=c++20 -I. -M -x c++ |
    tr -s '\\[:space:]' '\n' | grep '^/usr/include/boost/' || true
  echo /usr/include/boost/version.hpp
  find /usr/lib/$arch/cmake/Boost-* /usr/lib/$arch/cmake/BoostDetectToolset-* \
       /usr/lib/$arch/cmake/boost_{context,headers}-* -type f
} | sed 's|^/||' | sort -u | tar -C / -cf - --files-from=- | tar -C "$tree" -xf -

# The libraries, and theirs, but not the compiler's own. CMake's files name some by full version.
libraries=(dnnl hdf5_serial fmt tomlplusplus boost_context)
for library in "${libraries[@]}"; do
  cp -a /usr/lib/$arch/lib"$library".* "$tree/usr/lib/$arch/"
done
rm -f "$tree"/usr/lib/$arch/lib{dnnl,hdf5_serial,boost_context}.a
ln -s $arch/libhdf5_serial.so "$tree/usr/lib/libhdf5.so"  # where CMake looks below HDF5_ROOT
for library in "${libraries[@]}"; do
  ldd "/usr/lib/$arch/lib$library.so" | awk '$3 ~ "^/" {print $3}'
done | sort -u | grep -vE '/(libc|libm|libdl|librt|libpthread|libstdc\+\+|libgcc_s|libgomp|ld-linux[^/]*)\.so' |
  while read -r file; do cp -Lu "$file" "$tree/usr/lib/$arch/"; done

tar -C "$tree" -cJf .bundle/bundle.tar.xz usr
rm -rf "$tree"
mib=$(($(stat -c %s .bundle/bundle.tar.xz) / 1048576))
[ "$mib" -lt "$largest_mib" ] || die "The bundle has $mib MiB, more than $largest_mib."
say "Packed .bundle/bundle.tar.xz, $mib MiB"
