// What bench and profile work out, against figures that are known.
#include <doctest/doctest.h>

#include "tensor/errors.h"
#include "tools/bench/gpus.h"
#include "tools/bench/kernel_resources.h"
#include "tools/bench/occupancy.h"
#include "tools/bench/op_timing.h"
#include "tools/bench/table.h"
#if __has_include(<cuda_occupancy.h>)
#include <cuda_occupancy.h>
#endif

namespace nanopneumo::test {
namespace {

using namespace bench;

TEST_CASE("Occupancy as NVIDIA's calculator gives it") {
  struct Known {
    int capability, threads, registers;
    std::size_t shared;
    int blocks;
    const char* limiter;
  };
  for (const Known& k :
       {Known{80, 256, 64, 0, 4, "registers"}, Known{80, 256, 255, 0, 1, "registers"},
        Known{80, 256, 32, 0, 8, "threads"}, Known{80, 32, 16, 0, 32, "blocks"},
        Known{80, 128, 32, 40 << 10, 4, "shared memory"},
        Known{90, 128, 32, 40 << 10, 5, "shared memory"}, Known{90, 128, 168, 0, 3, "registers"},
        Known{86, 256, 32, 0, 6, "threads"}, Known{89, 1024, 65, 0, 0, "registers"},
        Known{90, 1024, 32, 227 << 10, 1, "shared memory"}}) {
    CAPTURE(k.capability);
    CAPTURE(k.threads);
    CAPTURE(k.registers);
    CAPTURE(k.shared);
    const Occupancy o = occupancy(multiprocessor(k.capability), {k.threads, k.registers, k.shared});
    CHECK(o.blocks == k.blocks);
    CHECK(o.limiter == k.limiter);
    const int warps = multiprocessor(k.capability).threads / 32;
    CHECK(o.share == doctest::Approx(double(k.blocks) * k.threads / 32 / warps));
  }
  CHECK_THROWS_AS(multiprocessor(50), InputError);
}

#if __has_include(<cuda_occupancy.h>)
TEST_CASE("Occupancy as cuda_occupancy.h computes it") {
  int compared = 0;
  for (const Multiprocessor& m : multiprocessors()) {
    cudaOccDeviceProp gpu;
    gpu.computeMajor = m.capability / 10;
    gpu.computeMinor = m.capability % 10;
    gpu.maxThreadsPerBlock = 1024;
    gpu.maxThreadsPerMultiprocessor = m.threads;
    gpu.regsPerBlock = gpu.regsPerMultiprocessor = m.registers;
    gpu.warpSize = 32;
    gpu.sharedMemPerBlock = 48 << 10;
    gpu.sharedMemPerMultiprocessor = m.shared_bytes;
    gpu.sharedMemPerBlockOptin = m.shared_bytes - 1024;
    gpu.reservedSharedMemPerBlock = 1024;
    gpu.numSms = 100;
    for (const int threads : {32, 64, 96, 128, 256, 384, 512, 1024})
      for (int registers = 16; registers <= 255; registers += 13)
        for (std::size_t shared = 0; shared + 1024 <= m.shared_bytes; shared += 7000) {
          cudaOccFuncAttributes kernel;
          kernel.maxThreadsPerBlock = 1024;
          kernel.numRegs = registers;
          kernel.sharedSizeBytes = 0;
          kernel.partitionedGCConfig = PARTITIONED_GC_OFF;
          kernel.shmemLimitConfig = FUNC_SHMEM_LIMIT_OPTIN;
          kernel.maxDynamicSharedSizeBytes = m.shared_bytes - 1024;
          kernel.numBlockBarriers = 1;
          cudaOccDeviceState state;
          state.carveoutConfig = SHAREDMEM_CARVEOUT_MAX_SHARED;
          cudaOccResult result;
          if (cudaOccMaxActiveBlocksPerMultiprocessor(&result, &gpu, &kernel, &state, threads,
                                                      shared) != CUDA_OCC_SUCCESS)
            continue;
          CAPTURE(m.capability);
          CAPTURE(threads);
          CAPTURE(registers);
          CAPTURE(shared);
          REQUIRE(occupancy(m, {threads, registers, shared}).blocks ==
                  result.activeBlocksPerMultiprocessor);
          ++compared;
        }
  }
  CHECK(compared > 1000);
}
#endif

TEST_CASE("Roofline") {
  const Gpu gpu{"toy", "Toy", 10, 100, 200, 1000, 4};
  const Roofline memory = roofline(gpu, 1e9, 1e9, Precision::float32);
  CHECK(memory.memory_bound);
  CHECK(memory.seconds == doctest::Approx(1e-3));  // 1 GB at 1000 GB/s
  const Roofline arithmetic = roofline(gpu, 1e12, 1e9, Precision::float32);
  CHECK(!arithmetic.memory_bound);
  CHECK(arithmetic.seconds == doctest::Approx(0.1));  // 1 TFLOP at 10 TFLOP/s
  CHECK(roofline(gpu, 1e12, 1e9, Precision::tf32).seconds == doctest::Approx(0.01));
  CHECK(roofline(gpu, 1e12, 1e9, Precision::bf16).seconds == doctest::Approx(5e-3));
  REQUIRE(recognise_gpu("NVIDIA H100 80GB HBM3"));
  CHECK(recognise_gpu("NVIDIA H100 80GB HBM3")->name == "h100");
  CHECK(recognise_gpu("Voodoo 2") == nullptr);
}

TEST_CASE("A rival's ratios") {
  RatioSummary ratios;
  ratios.add("a", 2);
  ratios.add("b", 0.5);
  ratios.add("c", 8);
  CHECK(ratios.geometric_mean() == doctest::Approx(2));
  CHECK(ratios.worst() == 0.5);
  CHECK(ratios.worst_case() == "b");
  CHECK(median({3, 1, 2}) == 2);
  CHECK(median({4, 1, 2, 3}) == 2.5);
}

TEST_CASE("A table as text, Markdown and CSV") {
  Table table({"op", "n"});
  table.add({"add", "5"});
  table.add({"a \"b\", c", "120"});
  CHECK(table.text() == "op          n\nadd         5\na \"b\", c  120\n");
  CHECK(table.markdown() ==
        "| op       |   n |\n| -------- | --: |\n| add      |   5 |\n| a \"b\", c | 120 |\n");
  CHECK(table.csv() == "op,n\nadd,5\n\"a \"\"b\"\", c\",120\n");
  CHECK_THROWS_AS(table.add({"one"}), std::logic_error);
}

TEST_CASE("A kernel's name without what surrounds it") {
  CHECK(kernel_name("void nanopneumo::cuda::_GLOBAL__N__6a_6_add_cu_89::add_kernel<4>(long, float "
                    "const*)") == "add_kernel<4>");
  CHECK(kernel_name("nanopneumo::profiled::(anonymous namespace)::f<nanopneumo::profiled::Tile<3, "
                    "4>, 1>(int (*)(int))") == "f<Tile<3, 4>, 1>");
}

TEST_CASE("What cuobjdump says of a kernel") {
  std::vector<KernelCode> kernels = parse_resource_usage(
      "Fatbin elf code:\narch = sm_80\nResource usage:\n Common:\n  GLOBAL:0\n Function "
      "_Z3addPf:\n  REG:40 STACK:16 SHARED:1024 LOCAL:0 CONSTANT[0]:360 TEXTURE:0\n"
      "arch = sm_90\n Function _Z3addPf:\n  REG:32 STACK:0 SHARED:1024 LOCAL:0\n");
  count_instructions(
      "arch = sm_80\n\t\tFunction : _Z3addPf\n"
      "        /*0000*/                   MOV R1, c[0x0][0x28] ;   /* 0x00 */\n"
      "        /*0010*/              @!P0 LDG.E.128 R4, [R2.64] ;\n"
      "        /*0020*/                   LDG.E R4, [R2.64] ;\n"
      "        /*0030*/                   STG.E.128 [R2.64], R4 ;\n"
      "        /*0040*/                   LDS.128 R4, [R2] ;\n"
      "        /*0050*/                   STS.128 [R2], R4 ;\n"
      "        /*0060*/                   LDGSTS.E.BYPASS.128 [R2], [R4.64] ;\n"
      "        /*0070*/                   FFMA R1, R2, R3, R1 ;\n"
      "        /*0080*/                   HMMA.1688.F32.TF32 R4, R8, R10, R4 ;\n"
      "        /*0090*/                   STL [R1], R4 ;\n",
      kernels);
  REQUIRE(kernels.size() == 2);
  const KernelCode& code = kernels[0];
  CHECK(code.kernel == "add");
  CHECK(code.capability == 80);
  CHECK(code.registers == 40);
  CHECK(code.stack_bytes == 16);
  CHECK(code.shared_bytes == 1024);
  CHECK(code.loads_16_bytes == 1);
  CHECK(code.stores_16_bytes == 1);
  CHECK(code.shared_16_bytes == 2);
  CHECK(code.asynchronous_copies == 1);
  CHECK(code.fused_multiply_adds == 1);
  CHECK(code.tensor_products == 1);
  CHECK(code.spills == 1);
  CHECK(kernels[1].registers == 32);
}

}  // namespace
}  // namespace nanopneumo::test
