// oneDNN's word for memory that is not there.
#include <doctest/doctest.h>

#include <dnnl.hpp>
#include <new>

#include "kernels/cpu/onednn_memory.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {

TEST_CASE("what oneDNN throws where it gets no memory is told from its other errors") {
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  const dnnl::memory::desc exabyte({dnnl::memory::dim{1} << 58}, dnnl::memory::data_type::f32,
                                   dnnl::memory::format_tag::a);
  bool is_refused = false;
  try {
    const dnnl::memory memory(exabyte, engine);
  } catch (const std::exception& error) {
    is_refused = cpu::is_out_of_memory(error);
  }
  CHECK(is_refused);
  CHECK_FALSE(cpu::is_out_of_memory(dnnl::error(dnnl_invalid_arguments, "other")));
  CHECK_FALSE(cpu::is_out_of_memory(std::bad_alloc()));
  count_cases(3);
}

}  // namespace nanopneumo::test
