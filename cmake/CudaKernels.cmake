# The .cu files of kernels/cuda, for the host's compiler: kernels/cuda/gpu.h says how.
file(GLOB cuda_sources CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} kernels/cuda/*.cu)

# A static library of all .cu files as C++. CMake knows one language for a file, so each is included by a
# file of its own.
function(nanopneumo_emulated_library name)
  set(sources)
  foreach(source ${cuda_sources})
    get_filename_component(stem ${source} NAME_WE)
    set(wrapper ${PROJECT_BINARY_DIR}/${name}/${stem}.cpp)
    file(CONFIGURE OUTPUT ${wrapper} CONTENT "#include \"${source}\"\n")
    list(APPEND sources ${wrapper})
  endforeach()
  add_library(nanopneumo_${name} STATIC ${sources})
  target_link_libraries(nanopneumo_${name} PUBLIC nanopneumo_options nanopneumo_emulator)
endfunction()

nanopneumo_emulated_library(emulated)
