#include "product_kernels.h"

#include "ckernels.h"
#include "product_plan.h"

enum {
  ALIGNMENT = 64,
  /// Floats of an item's operands and result, up to which it does not last long enough for the processor to
  /// see where it is going.
  SHORT_ITEM_FLOATS = 1 << 14,
};

const struct product_table *product_table_of(int isa) {
  if (!ckernels_isa_supported(isa)) return NULL;
  switch (isa) {
#if defined(__x86_64__)
    case CKERNELS_AVX512:
      return __builtin_cpu_supports("avx512bf16") ? &product_avx512_bfloat : &product_avx512;
    case CKERNELS_AVX2: return &product_avx2;
#endif
    default: return &product_baseline;
  }
}

const struct product_table *product_table(void) { return product_table_of(ckernels_isa()); }

/// Adds an operand of rows × columns; one that is stored by columns is a part whose rows are its columns.
static void expect(struct product_ahead *ahead, const float *from, long row, long column, long rows, long columns) {
  if (column == 1) ahead->parts[ahead->count++] = (struct product_rows){from, row, rows, columns};
  else if (row == 1) ahead->parts[ahead->count++] = (struct product_rows){from, column, columns, rows};
}

/// Item `number` of the batch as something that comes next.
static struct product_ahead item_ahead(const ouroboros_product_t *x, const struct product_plan *plan, long number,
                                       const float *a, const float *b, const float *c) {
  struct product_ahead ahead = {0};
  if (number == x->outer * x->inner || plan->way != PRODUCT_STRAIGHT || plan->task.pack_a ||
      x->m * x->k + x->k * x->n + x->m * x->n > SHORT_ITEM_FLOATS)
    return ahead;
  const long o = number / x->inner, i = number % x->inner;
  // The last part is asked for first.
  expect(&ahead, c + o * x->c_outer + i * x->c_inner, x->c_row, 1, x->m, x->n);
  if (b) expect(&ahead, b + o * x->b_outer + i * x->b_inner, x->b_row, x->b_column, x->k, x->n);
  expect(&ahead, a + o * x->a_outer + i * x->a_inner, x->a_row, x->a_column, x->m, x->k);
  product_divide(&ahead, product_tiles(&plan->task));
  return ahead;
}

/// Every item of the batch. `packed` is B laid out, or NULL.
static void run_items(const ouroboros_product_t *x, const float *a, const float *b, const void *packed,
                      float *c, const float *bias, void *scratch) {
  if (x->m <= 0 || x->n <= 0) return;
  const struct product_plan plan = product_plan(product_table(), x, packed != NULL);
  for (long o = 0; o < x->outer; o++)
    for (long i = 0; i < x->inner; i++) {
      const struct product_ahead ahead = item_ahead(x, &plan, o * x->inner + i + 1, a, packed ? NULL : b, c);
      product_item(&plan, x, a + o * x->a_outer + i * x->a_inner,
                   packed ? NULL : b + o * x->b_outer + i * x->b_inner, packed,
                   c + o * x->c_outer + i * x->c_inner, bias, scratch, &ahead);
    }
}

size_t ouroboros_product_scratch(const ouroboros_product_t *x) {
  if (x->m <= 0 || x->n <= 0) return 0;
  long most = 0;
  for (int isa = 0; isa < CKERNELS_ISA_COUNT; isa++) {
    const struct product_table *table = product_table_of(isa);
    for (int packed = 0; packed < 2 && table; packed++) {
      const struct product_plan plan = product_plan(table, x, packed);
      const long floats = plan.strip_floats + plan.whole_floats + plan.a_floats + plan.b_floats;
      if (floats > most) most = floats;
    }
  }
  return (size_t)rounded_up(most * 4, ALIGNMENT);
}

void ouroboros_product(const ouroboros_product_t *x, const float *a, const float *b, float *c,
                       const float *bias, void *scratch) {
  run_items(x, a, b, NULL, c, bias, scratch);
}

size_t ouroboros_product_packed_size(const ouroboros_product_t *x) {
  return (size_t)rounded_up(product_packed_floats(product_table(), x->n, x->k, x->operands) * 4, ALIGNMENT);
}

void ouroboros_product_pack(const ouroboros_product_t *x, const float *b, void *packed) {
  const struct product_plan plan = product_plan(product_table(), x, 1);
  product_pack_all(plan.task.table, b, x->b_row, x->b_column, x->n, x->k, plan.task.depth, x->operands, packed);
}

void ouroboros_product_packed(const ouroboros_product_t *x, const float *a, const void *packed, float *c,
                              const float *bias, void *scratch) {
  run_items(x, a, NULL, packed, c, bias, scratch);
}
