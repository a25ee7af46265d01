#include "optimiser_kernels.h"

#include "movement_kernels.h"
#include "numeric_kernels.h"

void ouroboros_sgd_update(const ouroboros_sgd *options, const float *gradient, float *parameters,
                          float *velocity, size_t count) {
  ckernels_numeric()->sgd(options, gradient, parameters, velocity, count);
}

void ouroboros_rmsprop_update(const ouroboros_rmsprop *options, const float *gradient,
                              float *parameters, float *square, float *velocity, float *mean,
                              size_t count) {
  ckernels_numeric()->rmsprop(options, gradient, parameters, square, velocity, mean, count);
}

void ouroboros_adam_update(const ouroboros_adam *options, const float *gradient, float *parameters,
                           float *mean, float *square, size_t count) {
  ckernels_numeric()->adam(options, gradient, parameters, mean, square, count);
}

void ouroboros_moving_average(float decay, const float *parameters, float *average, size_t count) {
  ckernels_numeric()->moving_average(decay, parameters, average, count);
}

void ouroboros_clip(float low, float high, float *x, size_t count) {
  ckernels_numeric()->clip(low, high, x, count);
}

void ouroboros_scale(float scale, float *x, size_t count) {
  ckernels_numeric()->scale(scale, x, count);
}

void ouroboros_add(const float *x, float *sums, size_t count) {
  ckernels_numeric()->add(x, sums, count);
}

double ouroboros_sum_of_squares(const float *x, size_t count) {
  return ckernels_numeric()->sum_of_squares(x, count);
}

int ouroboros_all_finite(const float *x, size_t count) {
  return ckernels_numeric()->all_finite(x, count);
}
