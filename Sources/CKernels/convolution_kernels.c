#include "convolution_kernels.h"

#include "ckernels.h"
#include "convolution_parts.h"

static void run(const struct product_table *table, const ouroboros_convolution_t *x, int pass,
                const float *first, const float *second, float *result, const float *bias,
                struct arena *arena) {
  switch (pass) {
    case OUROBOROS_CONVOLUTION_FORWARD:
      convolution_forward(table, x, first, second, result, bias, arena);
      return;
    case OUROBOROS_CONVOLUTION_BACKWARD_DATA:
      convolution_backward_data(table, x, first, second, result, bias, arena);
      return;
    default: convolution_backward_weights(table, x, first, second, result, arena);
  }
}

size_t ouroboros_convolution_scratch(const ouroboros_convolution_t *x, int pass) {
  size_t most = 0;
  for (int isa = 0; isa < CKERNELS_ISA_COUNT; isa++) {
    const struct product_table *table = product_table_of(isa);
    if (!table) continue;
    struct arena arena = {.counting = 1};
    run(table, x, pass, NULL, NULL, NULL, NULL, &arena);
    if (arena.used > most) most = arena.used;
  }
  return most;
}

void ouroboros_convolution_forward(const ouroboros_convolution_t *x, const float *in, const float *weights,
                                   float *out, const float *bias, void *scratch) {
  struct arena arena = {.start = scratch};
  run(product_table(), x, OUROBOROS_CONVOLUTION_FORWARD, in, weights, out, bias, &arena);
}

void ouroboros_convolution_backward_data(const ouroboros_convolution_t *x, const float *out,
                                         const float *weights, float *in, const float *bias, void *scratch) {
  struct arena arena = {.start = scratch};
  run(product_table(), x, OUROBOROS_CONVOLUTION_BACKWARD_DATA, out, weights, in, bias, &arena);
}

void ouroboros_convolution_backward_weights(const ouroboros_convolution_t *x, const float *in,
                                            const float *out, float *weights, void *scratch) {
  struct arena arena = {.start = scratch};
  run(product_table(), x, OUROBOROS_CONVOLUTION_BACKWARD_WEIGHTS, in, out, weights, NULL, &arena);
}
