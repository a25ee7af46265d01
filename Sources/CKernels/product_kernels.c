#include "product_kernels.h"

#include "ckernels.h"
#include "product_blocks.h"

enum { ALIGNMENT = 64 };

const struct product_table *product_table(void) {
  switch (ckernels_isa()) {
#if defined(__x86_64__)
    case CKERNELS_AVX512: return &product_avx512;
    case CKERNELS_AVX2: return &product_avx2;
#endif
    default: return &product_baseline;
  }
}

static struct product_task task_of(const ouroboros_product_t *x) {
  struct product_task task = {
      .table = product_table(), .m = x->m, .n = x->n, .k = x->k,
      .a_row = x->a_row, .a_column = x->a_column, .b_row = x->b_row, .b_column = x->b_column,
      .c_row = x->c_row, .alpha = x->alpha, .accumulate = x->accumulate,
      .activation = x->activation, .slope = x->slope,
  };
  product_cut(&task);
  return task;
}

/// Every item of the batch. `packed` is B laid out, or NULL.
static void run_items(const ouroboros_product_t *x, const float *a, const float *b, const void *packed,
                      float *c, const float *bias, void *scratch) {
  struct product_task task = task_of(x);
  task.packed = packed;
  task.bias = bias;
  task.scratch_a = scratch;
  task.scratch_b = task.scratch_a + product_scratch_a(&task);
  for (long o = 0; o < x->outer; o++)
    for (long i = 0; i < x->inner; i++) {
      task.a = a + o * x->a_outer + i * x->a_inner;
      if (b) task.b = b + o * x->b_outer + i * x->b_inner;
      task.c = c + o * x->c_outer + i * x->c_inner;
      product_run(&task);
    }
}

size_t ouroboros_product_scratch(const ouroboros_product_t *x) {
  const struct product_task task = task_of(x);
  return (size_t)rounded_up((product_scratch_a(&task) + product_scratch_b(&task)) * 4, ALIGNMENT);
}

void ouroboros_product(const ouroboros_product_t *x, const float *a, const float *b, float *c,
                       const float *bias, void *scratch) {
  run_items(x, a, b, NULL, c, bias, scratch);
}

size_t ouroboros_product_packed_size(const ouroboros_product_t *x) {
  return (size_t)rounded_up(product_packed_floats(product_table(), x->n, x->k) * 4, ALIGNMENT);
}

void ouroboros_product_pack(const ouroboros_product_t *x, const float *b, void *packed) {
  const struct product_task task = task_of(x);
  product_pack_all(task.table, b, x->b_row, x->b_column, x->n, x->k, task.depth, packed);
}

void ouroboros_product_packed(const ouroboros_product_t *x, const float *a, const void *packed, float *c,
                              const float *bias, void *scratch) {
  run_items(x, a, NULL, packed, c, bias, scratch);
}
