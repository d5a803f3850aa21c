# Options that every target of the project is compiled with.
add_library(nanopneumo_options INTERFACE)
target_include_directories(nanopneumo_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(nanopneumo_options INTERFACE NANOPNEUMO_VERSION="${PROJECT_VERSION}")
# Contraction of a*b+c into one rounding is left to the places that ask for it (std::fma): a result then
# does not depend on what the compiler found to contract.
# (nvcc takes options of its own, see Cuda.cmake.)
function(nanopneumo_host_options)
  target_compile_options(nanopneumo_options INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${ARGV}>")
endfunction()
nanopneumo_host_options(-Wall -Wextra -Werror -ffp-contract=off)
if(NANOPNEUMO_NATIVE)
  nanopneumo_host_options(-march=native)
endif()
if(NANOPNEUMO_SANITIZE)
  nanopneumo_host_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                          -fno-omit-frame-pointer)
  target_link_options(nanopneumo_options INTERFACE -fsanitize=address,undefined)
endif()
