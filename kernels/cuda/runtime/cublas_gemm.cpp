#include "kernels/cuda/runtime/cublas_gemm.h"

#include <fmt/format.h>

#include <stdexcept>
#include <string>

#include "kernels/shared_library.h"

namespace nanopneumo::cuda {
namespace {

// cuBLAS' interface as far as it is used, so that the build does not need its headers. The names with
// _v2 are what cublas_v2.h makes of those without; the enumerations are of the size of int.
using Handle = struct cublasContext*;
using CreateFunction = int(Handle*);
using DestroyFunction = int(Handle);
using SetStreamFunction = int(Handle, cudaStream_t);
using SetMathModeFunction = int(Handle, int mode);
using SgemmFunction = int(Handle, int operation_a, int operation_b, int m, int n, int k,
                          const float* alpha, const float* a, int lda, const float* b, int ldb,
                          const float* beta, float* c, int ldc);
using StatusNameFunction = const char*(int status);
constexpr int kPlain = 0, kTransposed = 1;  // CUBLAS_OP_N, CUBLAS_OP_T
constexpr int kDefaultMath = 0;             // CUBLAS_DEFAULT_MATH: float32, no tensor cores

SharedLibrary open_cublas() {
  try {
    return SharedLibrary("cuBLAS", {"libcublas.so.13", "libcublas.so.12", "libcublas.so"});
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(
        fmt::format("--gemm cublas: {}; install it, name its folder in LD_LIBRARY_PATH, or leave "
                    "--gemm away",
                    error.what()));
  }
}

class CublasGemm final : public LibraryGemm {
 public:
  explicit CublasGemm(cudaStream_t stream) {
    check(library_.function<CreateFunction>("cublasCreate_v2")(&handle_), "cublasCreate");
    try {
      check(library_.function<SetStreamFunction>("cublasSetStream_v2")(handle_, stream),
            "cublasSetStream");
      check(library_.function<SetMathModeFunction>("cublasSetMathMode")(handle_, kDefaultMath),
            "cublasSetMathMode");
    } catch (...) {
      destroy_(handle_);
      throw;
    }
  }
  CublasGemm(const CublasGemm&) = delete;
  CublasGemm& operator=(const CublasGemm&) = delete;
  ~CublasGemm() override { destroy_(handle_); }

  // What cuBLAS reads column by column is the transpose of what lies there row by row, so it is asked
  // for c^T = b^T a^T: the factors change places, and the rows' lengths are its leading dimensions.
  void multiply(const PlainProduct& p) override {
    const float one = 1, zero = 0;
    const int status =
        sgemm_(handle_, p.transposed_b ? kTransposed : kPlain,
               p.transposed_a ? kTransposed : kPlain, p.N, p.M, p.K, &one, p.b,
               p.transposed_b ? p.K : p.N, p.a, p.transposed_a ? p.M : p.K, &zero, p.c, p.N);
    if (status != 0)
      check(status, fmt::format("cublasSgemm of M {} N {} K {}{}{}", p.M, p.N, p.K,
                                p.transposed_a ? ", a transposed" : "",
                                p.transposed_b ? ", b transposed" : ""));
  }

 private:
  void check(int status, const std::string& call) const {
    if (status != 0) throw std::runtime_error(fmt::format("{}: {}", call, status_name_(status)));
  }

  SharedLibrary library_ = open_cublas();
  StatusNameFunction* status_name_ = library_.function<StatusNameFunction>("cublasGetStatusName");
  DestroyFunction* destroy_ = library_.function<DestroyFunction>("cublasDestroy_v2");
  SgemmFunction* sgemm_ = library_.function<SgemmFunction>("cublasSgemm_v2");
  Handle handle_ = nullptr;
};

}  // namespace

std::unique_ptr<LibraryGemm> make_cublas_gemm(cudaStream_t stream) {
  return std::make_unique<CublasGemm>(stream);
}

}  // namespace nanopneumo::cuda
