#ifndef OUROBOROS_OPTIMISER_KERNELS_H
#define OUROBOROS_OPTIMISER_KERNELS_H

#include <stddef.h>

// Updates of flat arrays [count] of parameters in one pass over memory. The formulas are PyTorch's
// (torch.optim), element by element: results do not depend on how an array is cut into calls.
// In all of them
//
// gradient        [count]; multiplied by `gradient_scale` first (1, or the factor of norm clipping)
// weight_decay    added to the gradient as weight_decay · parameter (0 for none)

typedef struct {
  float rate, momentum, weight_decay, gradient_scale;
  int nesterov;
} ouroboros_sgd;

/// d = g + weight_decay·p; v ← momentum·v + d; p ← p − rate·(nesterov ? d + momentum·v : v).
///
/// velocity     [count], zero at the start; NULL (with momentum 0) for p ← p − rate·d
void ouroboros_sgd_update(const ouroboros_sgd *options, const float *gradient, float *parameters,
                          float *velocity, size_t count);

typedef struct {
  float rate, alpha, epsilon, momentum, weight_decay, gradient_scale;
} ouroboros_rmsprop;

/// s ← alpha·s + (1 − alpha)·g²; u = g / (√s + epsilon); p ← p − rate·u, or with momentum
/// v ← momentum·v + u; p ← p − rate·v. Centred: m ← m + (1 − alpha)(g − m) and √(s − m²) for √s.
///
/// square       [count], zero at the start
/// velocity     [count] or NULL (with momentum 0)
/// mean         [count], or NULL for the form that is not centred
void ouroboros_rmsprop_update(const ouroboros_rmsprop *options, const float *gradient,
                              float *parameters, float *square, float *velocity, float *mean,
                              size_t count);

typedef struct {
  float rate, beta1, beta2, epsilon, weight_decay, gradient_scale;
  float correction1;  ///< 1 − beta1^t at step t = 1, 2, …
  float correction2;  ///< 1 − beta2^t
  int decoupled;      ///< AdamW: p ← p − rate·weight_decay·p instead of decay in the gradient
} ouroboros_adam;

/// m ← m + (1 − beta1)(g − m); v ← beta2·v + (1 − beta2)·g²;
/// p ← p − (rate / correction1) · m / (√v / √correction2 + epsilon).
///
/// mean, square     [count], zero at the start
void ouroboros_adam_update(const ouroboros_adam *options, const float *gradient, float *parameters,
                           float *mean, float *square, size_t count);

/// average ← average + (1 − decay)·(parameters − average).
void ouroboros_moving_average(float decay, const float *parameters, float *average, size_t count);

/// x ← min(max(x, low), high); NaN stays NaN.
void ouroboros_clip(float low, float high, float *x, size_t count);

/// x ← scale·x.
void ouroboros_scale(float scale, float *x, size_t count);

/// sums ← sums + x.
void ouroboros_add(const float *x, float *sums, size_t count);

/// Σ x², in pieces of 4,096 elements (lanes with 4 chains each, then a fixed tree, in f32; if that
/// overflows, in Double) that are added in Double.
double ouroboros_sum_of_squares(const float *x, size_t count);

/// 1 when every element is finite, else 0.
int ouroboros_all_finite(const float *x, size_t count);

#endif
