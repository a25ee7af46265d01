#include "convolution_kernels.h"

#include "convolution_parts.h"

size_t ouroboros_convolution_scratch(const ouroboros_convolution_t *x, int pass) {
  struct arena arena = {0};
  switch (pass) {
    case OUROBOROS_CONVOLUTION_FORWARD: convolution_forward(x, NULL, NULL, NULL, NULL, &arena); break;
    case OUROBOROS_CONVOLUTION_BACKWARD_DATA:
      convolution_backward_data(x, NULL, NULL, NULL, NULL, &arena);
      break;
    default: convolution_backward_weights(x, NULL, NULL, NULL, &arena);
  }
  return arena.used;
}

void ouroboros_convolution_forward(const ouroboros_convolution_t *x, const float *in, const float *weights,
                                   float *out, const float *bias, void *scratch) {
  struct arena arena = {.start = scratch};
  convolution_forward(x, in, weights, out, bias, &arena);
}

void ouroboros_convolution_backward_data(const ouroboros_convolution_t *x, const float *out,
                                         const float *weights, float *in, const float *bias, void *scratch) {
  struct arena arena = {.start = scratch};
  convolution_backward_data(x, out, weights, in, bias, &arena);
}

void ouroboros_convolution_backward_weights(const ouroboros_convolution_t *x, const float *in,
                                            const float *out, float *weights, void *scratch) {
  struct arena arena = {.start = scratch};
  convolution_backward_weights(x, in, out, weights, &arena);
}
