# HDF5: the static library where it links, since Debian's shared one brings libcurl and what that needs, 30
# libraries of 20 MB. Sets HDF5_C_INCLUDE_DIRS and nanopneumo_hdf5_libraries.
find_package(HDF5 REQUIRED COMPONENTS C)
set(nanopneumo_hdf5_libraries ${HDF5_C_LIBRARIES})

set(shared ${HDF5_C_LIBRARIES})
list(FILTER shared INCLUDE REGEX "/libhdf5[^/]*$")
list(TRANSFORM shared REPLACE "/[^/]*$" "" OUTPUT_VARIABLE shared_folders)
find_library(HDF5_STATIC_LIBRARY NAMES libhdf5.a libhdf5_serial.a HINTS ${shared_folders} NO_DEFAULT_PATH)
if(HDF5_STATIC_LIBRARY)
  include(CheckCSourceCompiles)
  set(CMAKE_REQUIRED_INCLUDES ${HDF5_C_INCLUDE_DIRS})
  set(CMAKE_REQUIRED_LIBRARIES ${HDF5_STATIC_LIBRARY} sz z m ${CMAKE_DL_LIBS})
  check_c_source_compiles("#include <hdf5.h>
    int main(void) { return H5Fopen(\"\", H5F_ACC_RDONLY, H5P_DEFAULT) < 0; }" HDF5_STATIC_LINKS)
  if(HDF5_STATIC_LINKS)
    set(nanopneumo_hdf5_libraries ${CMAKE_REQUIRED_LIBRARIES})
  endif()
  unset(CMAKE_REQUIRED_INCLUDES)
  unset(CMAKE_REQUIRED_LIBRARIES)
endif()
