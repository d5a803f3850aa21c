# The same kernels for GPUs, where a CUDA toolkit is found. Without one the program has no device
# "cuda" and loses nothing else.
set(NANOPNEUMO_CUDA AUTO CACHE STRING 
    "Build the device cuda: AUTO (where nvcc is found), ON or OFF")
set_property(CACHE NANOPNEUMO_CUDA PROPERTY STRINGS AUTO ON OFF)
option(NANOPNEUMO_CUDA_BLACKWELL "Machine code for compute capabilities 10.0 and 12.0 as well" OFF)
# ptxrun runs compiled CUDA programs on a CPU: kernels/cuda is then tested as nvcc compiled it. It
# stands in for the shared runtime and reads uncompressed PTX.
set(NANOPNEUMO_PTXRUN "$ENV{NANOPNEUMO_PTXRUN}" CACHE FILEPATH
    "The program ptxrun, to run the device 'cuda' in tests on a machine without a GPU")

# Machine code for the A100's and the H100's families, and PTX that newer drivers compile.
# (CUDAARCHS in the environment names others, as CMake has it. CMake itself reads it only where a build folder is new.)
if(DEFINED ENV{CUDAARCHS} AND NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES $ENV{CUDAARCHS})
elseif(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80-real 90)
  if(NANOPNEUMO_CUDA_BLACKWELL)
    list(APPEND CMAKE_CUDA_ARCHITECTURES 100-real 120-real)
  endif()
endif()

set(NANOPNEUMO_HAS_CUDA OFF)
set(cuda_reason "NANOPNEUMO_CUDA is OFF")
if(NANOPNEUMO_CUDA AND NANOPNEUMO_SANITIZE)
  set(cuda_reason "sanitizers know nothing of a GPU's memory")
elseif(NANOPNEUMO_CUDA)
  if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
    find_program(CMAKE_CUDA_COMPILER nvcc HINTS ENV CUDA_HOME ENV CUDA_PATH PATHS /usr/local/cuda
                 PATH_SUFFIXES bin)
  endif()
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    enable_language(CUDA)
    find_package(CUDAToolkit REQUIRED)
    set(NANOPNEUMO_HAS_CUDA ON)
    if(CMAKE_CUDA_COMPILER_VERSION VERSION_LESS 12.0)
      set(NANOPNEUMO_HAS_CUDA OFF)
      set(cuda_reason "nvcc ${CMAKE_CUDA_COMPILER_VERSION} has no C++20; 12.0 has")
    endif()
  else()
    set(cuda_reason "there is no nvcc that works with this compiler")
  endif()
endif()
if(NOT NANOPNEUMO_HAS_CUDA)
  if(NANOPNEUMO_CUDA AND NOT NANOPNEUMO_CUDA STREQUAL AUTO)
    message(FATAL_ERROR "CUDA: NANOPNEUMO_CUDA is ${NANOPNEUMO_CUDA}, but ${cuda_reason}")
  endif()
  message(STATUS "CUDA: not built, ${cuda_reason}; devices are cpu and emulated")
  return()
endif()

list(JOIN CMAKE_CUDA_ARCHITECTURES ", " cuda_architectures)
message(STATUS "CUDA: ${CMAKE_CUDA_COMPILER_VERSION}, architectures ${cuda_architectures}")

if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake 3.25 does not know that nvcc has C++20
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
endif()
# A kernel that spills registers is an error, too: -Xptxas=--warn-on-spills.
set(nvcc_options -fmad=false --expt-relaxed-constexpr -Werror=all-warnings -Xptxas=--warn-on-spills
    -Xcompiler=-Wall,-Wextra,-Werror,-ffp-contract=off)
# With the static runtime the program starts on machines without CUDA.
set(cuda_runtime Static)
if(NANOPNEUMO_PTXRUN)
  list(APPEND nvcc_options --no-compress)
  set(cuda_runtime Shared)
  message(STATUS "CUDA: the shared runtime, for ${NANOPNEUMO_PTXRUN}")
endif()

# How every target with .cu files is compiled by nvcc.
function(nanopneumo_use_nvcc target)
  set_target_properties(${target} PROPERTIES CUDA_STANDARD 20 CUDA_STANDARD_REQUIRED ON
    CUDA_EXTENSIONS OFF CUDA_RUNTIME_LIBRARY ${cuda_runtime})
  target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CUDA>:${nvcc_options}>")
endfunction()

file(GLOB runtime_sources CONFIGURE_DEPENDS kernels/cuda/runtime/*.cpp)
list(TRANSFORM cuda_sources PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE kernel_sources)
add_library(nanopneumo_cuda STATIC ${kernel_sources} ${runtime_sources})
nanopneumo_use_nvcc(nanopneumo_cuda)
set_source_files_properties(kernels/cuda/runtime/cuda_status.cpp PROPERTIES
  COMPILE_DEFINITIONS NANOPNEUMO_CUDA_ARCHITECTURES="${cuda_architectures}")
target_link_libraries(nanopneumo_cuda PUBLIC nanopneumo_options nanopneumo_kernels fmt::fmt
  $<IF:$<STREQUAL:${cuda_runtime},Shared>,CUDA::cudart,CUDA::cudart_static>)
