# Headers that are read once for all files (cmake/precompiled.h). ccache needs
# CCACHE_SLOPPINESS=pch_defines,time_macros with them.
option(NANOPNEUMO_PRECOMPILED_HEADERS "Compile the headers that most files include once" ON)

# A target whose only content is cmake/precompiled.h and the given headers, for targets that are compiled with
# the same OPTIONS (by default those of the project and of OpenMP).
function(nanopneumo_precompile name)
  cmake_parse_arguments(ARG "" "" "OPTIONS;HEADERS;DEPENDS" ${ARGN})
  if(NOT ARG_OPTIONS)
    set(ARG_OPTIONS nanopneumo_options OpenMP::OpenMP_CXX)
  endif()
  if(NANOPNEUMO_PRECOMPILED_HEADERS)
    set(source ${PROJECT_BINARY_DIR}/${name}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "// ${name}\n")
    add_library(${name} OBJECT ${source})
    target_link_libraries(${name} PRIVATE ${ARG_OPTIONS} fmt::fmt ${ARG_DEPENDS})
    target_precompile_headers(${name} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled.h ${ARG_HEADERS})
  endif()
endfunction()

function(nanopneumo_use_precompiled target name)
  if(NANOPNEUMO_PRECOMPILED_HEADERS)
    target_precompile_headers(${target} REUSE_FROM ${name})
    # GCC 12 warns of its own library where that came precompiled: it then no longer counts as a system
    # header. (Where an access is out of bounds, AddressSanitizer finds it.)
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
      target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread
                             -Wno-restrict)
    endif()
  endif()
endfunction()

nanopneumo_precompile(nanopneumo_precompiled)
# (GCC 12 crashes on headers that were compiled with another -O.)
nanopneumo_precompile(nanopneumo_precompiled_kernels DEPENDS nanopneumo_kernel_options)
nanopneumo_precompile(nanopneumo_precompiled_emulator DEPENDS nanopneumo_emulator_options)
