# Several files compiled as one, which halves the time of a first build: most of it goes into what each file compiles
# of the same headers. After a change more is compiled anew, so scripts/setup.sh asks for it and developers need not.
option(NANOPNEUMO_UNITY "Compile several files at once, for a faster first build" OFF)

# For all but the kernels and the emulator, which take the compiler long on their own.
function(nanopneumo_unity target)
  if(NOT target MATCHES "^nanopneumo_(kernels|emulator)$")
    set_target_properties(${target} PROPERTIES UNITY_BUILD ${NANOPNEUMO_UNITY} UNITY_BUILD_BATCH_SIZE 8)
  endif()
endfunction()

# Files whose anonymous namespaces have a name that others beside them have, too.
function(nanopneumo_no_unity)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
nanopneumo_no_unity(
  io/hdf5_node.cpp io/hdf5_tensor.cpp io/keras_layers.cpp io/safetensors_header.cpp inside/channel_grid.cpp
  tools/bench/conv_operations.cpp tools/bench/depthwise_operations.cpp)
file(GLOB bench_rivals RELATIVE ${PROJECT_SOURCE_DIR} tools/bench/cudnn/*.cpp tools/bench/cublas/*.cpp)
nanopneumo_no_unity(${bench_rivals})
