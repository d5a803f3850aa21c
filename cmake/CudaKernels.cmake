# The .cu files of kernels/cuda, for the host's compiler: kernels/cuda/gpu.h says how.
file(GLOB cuda_sources CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} kernels/cuda/*.cu)

# A static library of .cu files (paths from the top of the project) as C++. CMake knows one language for a
# file, so each is included by a file of its own.
function(nanopneumo_add_kernels name)
  set(sources)
  foreach(source ${ARGN})
    get_filename_component(stem ${source} NAME_WE)
    set(wrapper ${PROJECT_BINARY_DIR}/${name}/${stem}.cpp)
    file(CONFIGURE OUTPUT ${wrapper} CONTENT "#include \"${source}\"\n")
    list(APPEND sources ${wrapper})
  endforeach()
  add_library(nanopneumo_${name} STATIC ${sources})
endfunction()

function(nanopneumo_emulated_library name)
  nanopneumo_add_kernels(${name} ${ARGN})
  target_link_libraries(nanopneumo_${name} PUBLIC nanopneumo_options nanopneumo_emulator
                        PRIVATE nanopneumo_emulator_options)
  nanopneumo_use_precompiled(nanopneumo_${name} nanopneumo_precompiled_emulator)
endfunction()

# The same with a call before each load and store, for the profiler (kernels/emulator/profiler/hooks.cpp).
# The calls are those of ThreadSanitizer, whose runtime is not linked; another sanitizer cannot be added
# to the same file. Accesses and program counters stay as the source has them: no vectors but the source's
# own, and no copies of one access on two ways through the program, which lanes of a warp would take apart.
# Debug information calls the top of the project /nanopneumo: an absolute name, to which addr2line does not add the
# folder of the build, and one that profiler/source_of.cpp knows.
set(profiled_options -fsanitize=thread -O2 -g1 -gdwarf-4 -fno-omit-frame-pointer
  -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=
  -fdebug-prefix-map=${PROJECT_SOURCE_DIR}/=/nanopneumo/ -fno-vectorize -fno-slp-vectorize)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  list(TRANSFORM profiled_options REPLACE -fno-vectorize -fno-tree-vectorize)
  list(REMOVE_ITEM profiled_options -fno-slp-vectorize)
  list(APPEND profiled_options -fno-thread-jumps -fno-crossjumping -fno-tree-tail-merge
       -fno-hoist-adjacent-loads -fno-optimize-sibling-calls)
endif()
add_library(nanopneumo_profiled_options INTERFACE)
target_link_libraries(nanopneumo_profiled_options INTERFACE nanopneumo_base)
target_compile_definitions(nanopneumo_profiled_options INTERFACE NANOPNEUMO_PROFILED)
target_compile_options(nanopneumo_profiled_options INTERFACE ${profiled_options})
nanopneumo_precompile(nanopneumo_precompiled_profiled OPTIONS nanopneumo_profiled_options)
function(nanopneumo_profiled_library name)
  nanopneumo_add_kernels(${name} ${ARGN})
  target_link_libraries(nanopneumo_${name} PRIVATE nanopneumo_profiled_options
                        PUBLIC nanopneumo_base Boost::context fmt::fmt $<LINK_ONLY:nanopneumo_emulator>)
  nanopneumo_use_precompiled(nanopneumo_${name} nanopneumo_precompiled_profiled)
endfunction()

nanopneumo_emulated_library(emulated ${cuda_sources})
nanopneumo_profiled_library(profiled ${cuda_sources})
