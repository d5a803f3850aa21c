# `nanopneumo fetch` needs libcurl, and OpenSSL's digests. Without them the program says so and loses nothing
# else.
set(NANOPNEUMO_FETCH AUTO CACHE STRING
    "Build the command fetch: AUTO (where libcurl and OpenSSL are found), ON or OFF")
set_property(CACHE NANOPNEUMO_FETCH PROPERTY STRINGS AUTO ON OFF)

set(NANOPNEUMO_HAS_FETCH OFF)
if(NANOPNEUMO_FETCH)
  find_package(CURL 7.85)
  find_package(OpenSSL COMPONENTS Crypto)
  if(CURL_FOUND AND OPENSSL_FOUND)
    set(NANOPNEUMO_HAS_FETCH ON)
  elseif(NOT NANOPNEUMO_FETCH STREQUAL AUTO)
    message(FATAL_ERROR "fetch: NANOPNEUMO_FETCH is ${NANOPNEUMO_FETCH}, but libcurl (7.85) or OpenSSL is missing")
  endif()
endif()
if(NANOPNEUMO_HAS_FETCH)
  message(STATUS "fetch: libcurl ${CURL_VERSION_STRING}, OpenSSL ${OPENSSL_VERSION}")
else()
  message(STATUS "fetch: not built; weights and data are to be downloaded by other means")
endif()
