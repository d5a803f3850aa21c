// cuBLASLt, found at run time.
#pragma once

#include <cublasLt.h>
#include <fmt/format.h>

#include <stdexcept>
#include <string>

#include "kernels/cuda/runtime/cuda_memory.h"
#include "kernels/shared_library.h"

// Calls a function of the library and throws std::runtime_error with its name where it fails.
#define CUBLASLT_CALL(library, function, ...) \
  (library).check((library).function(__VA_ARGS__), #function)

// A member with the name and type of the library's function.
#define CUBLASLT_FUNCTION(name) decltype(&::name) name = library_.function<decltype(::name)>(#name)

namespace nanopneumo::bench {

class CublasLt {
 public:
  /// Throws std::runtime_error, saying why, where the library is not there.
  CublasLt() { CUBLASLT_CALL(*this, cublasLtCreate, &handle_); }
  CublasLt(const CublasLt&) = delete;
  CublasLt& operator=(const CublasLt&) = delete;
  ~CublasLt() {
    if (handle_) static_cast<void>(cublasLtDestroy(handle_));
  }

  cublasLtHandle_t handle() const { return handle_; }
  /// "13.2.1", of the library that was found.
  std::string version() const {
    const std::size_t number = cublasLtGetVersion();  // 130201
    return fmt::format("{}.{}.{}", number / 10000, number / 100 % 100, number % 100);
  }
  /// Scratch memory of at least so many bytes; what it held is lost when it grows.
  void* workspace(std::size_t bytes) { return workspace_.at_least(bytes); }

  void check(cublasStatus_t status, const char* call) const {
    if (status != CUBLAS_STATUS_SUCCESS)
      throw std::runtime_error(fmt::format("{}: {}", call, cublasLtGetStatusString(status)));
  }

 private:
  SharedLibrary library_{"cuBLASLt", {"libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so"}};

 public:
  CUBLASLT_FUNCTION(cublasLtGetVersion);
  CUBLASLT_FUNCTION(cublasLtGetStatusString);
  CUBLASLT_FUNCTION(cublasLtCreate);
  CUBLASLT_FUNCTION(cublasLtDestroy);
  CUBLASLT_FUNCTION(cublasLtMatmulDescCreate);
  CUBLASLT_FUNCTION(cublasLtMatmulDescDestroy);
  CUBLASLT_FUNCTION(cublasLtMatmulDescSetAttribute);
  CUBLASLT_FUNCTION(cublasLtMatrixLayoutCreate);
  CUBLASLT_FUNCTION(cublasLtMatrixLayoutDestroy);
  CUBLASLT_FUNCTION(cublasLtMatmulPreferenceCreate);
  CUBLASLT_FUNCTION(cublasLtMatmulPreferenceDestroy);
  CUBLASLT_FUNCTION(cublasLtMatmulPreferenceSetAttribute);
  CUBLASLT_FUNCTION(cublasLtMatmulAlgoGetHeuristic);
  CUBLASLT_FUNCTION(cublasLtMatmul);

 private:
  cublasLtHandle_t handle_ = nullptr;
  cuda::DeviceMemory workspace_;
};

}  // namespace nanopneumo::bench
