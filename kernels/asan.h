// AddressSanitizer's marks on memory; nothing where it is off.
#pragma once

#if defined(__SANITIZE_ADDRESS__)  // gcc
#define NANOPNEUMO_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)  // clang
#define NANOPNEUMO_ASAN
#endif
#endif

#if defined(NANOPNEUMO_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, bytes) ((void)(address), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(address, bytes) ((void)(address), (void)(bytes))
#endif
