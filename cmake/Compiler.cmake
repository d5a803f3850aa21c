# Options that every target of the project is compiled with: nanopneumo_options, or nanopneumo_base where
# a target has a sanitizer of its own.
add_library(nanopneumo_base INTERFACE)
add_library(nanopneumo_options INTERFACE)
target_link_libraries(nanopneumo_options INTERFACE nanopneumo_base)
target_include_directories(nanopneumo_base INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(nanopneumo_base INTERFACE NANOPNEUMO_VERSION="${PROJECT_VERSION}")
# -O3 for the kernels of the CPU; all else is compiled faster and into less with -Os: its loops are short.
if(CMAKE_CXX_FLAGS_RELEASE STREQUAL "-O3 -DNDEBUG")
  set(CMAKE_CXX_FLAGS_RELEASE "-Os -DNDEBUG")
endif()
# (Kernels that run emulated are most of the tests' time: -O2.)
add_library(nanopneumo_kernel_options INTERFACE)
add_library(nanopneumo_emulator_options INTERFACE)
if(NOT NANOPNEUMO_SANITIZE)
  target_compile_options(nanopneumo_emulator_options INTERFACE "$<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CONFIG:Release>>:-O2>")
  target_compile_options(nanopneumo_kernel_options INTERFACE "$<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CONFIG:Release>>:-O3>")
endif()
# Contraction of a*b+c into one rounding is left to the places that ask for it (std::fma): a result then
# does not depend on what the compiler found to contract.
# A square root is one instruction where nobody asks for errno after it.
# (nvcc takes options of its own, see Cuda.cmake.)
function(nanopneumo_host_options target)
  target_compile_options(${target} INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${ARGN}>")
endfunction()
nanopneumo_host_options(nanopneumo_base -Wall -Wextra -Werror -ffp-contract=off -fno-math-errno -ffunction-sections -fdata-sections)
if(NANOPNEUMO_NATIVE)
  nanopneumo_host_options(nanopneumo_base -march=native)
endif()
# Only the functions that are called and the libraries that are used, not all that others name.
if(CMAKE_SYSTEM_NAME STREQUAL Linux)
  target_link_options(nanopneumo_base INTERFACE -Wl,--gc-sections -Wl,--as-needed)
endif()
if(NANOPNEUMO_SANITIZE)
  nanopneumo_host_options(nanopneumo_options -fsanitize=address,undefined -fno-sanitize-recover=all
                          -fno-omit-frame-pointer)
  target_link_options(nanopneumo_options INTERFACE -fsanitize=address,undefined)
endif()
