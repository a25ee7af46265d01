#include "mixture_kernels.h"

#include "ckernels.h"

#include <stdint.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define LANES 8
// Per component: mass, first moments (3), second moments (6).
#define WIDTH 10
// The product of this many sums in [1, 64] cannot overflow.
#define BLOCKS_PER_LOGARITHM 32

typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));
typedef int64_t masks __attribute__((vector_size(LANES * sizeof(int64_t))));

#define INLINE static inline __attribute__((always_inline))

INLINE void load(lanes *to, const double *from) { memcpy(to, from, sizeof(lanes)); }

INLINE void maximum(lanes *a, const lanes *b) {
  masks greater = *b > *a;
  *a = (lanes)(((masks)*b & greater) | ((masks)*a & ~greater));
}

// e^x for x <= 0, in place; below −600 the result stays at e^−600, which no sum notices and which
// keeps products with it normal numbers. Cody–Waite reduction and the Taylor polynomial of degree 12
// on |r| <= ln2/2: relative error below 4e-16.
INLINE void exponential(lanes *argument) {
  const lanes lowest = {-600, -600, -600, -600, -600, -600, -600, -600};
  lanes x = *argument;
  maximum(&x, &lowest);
  lanes shifted = x * 0x1.71547652b82fep0 + 0x1.8p52;
  lanes k = shifted - 0x1.8p52;
  lanes r = (x - k * 0x1.62e42fefap-1) - k * 0x1.cf79abc9e3b39p-40;
  lanes r2 = r * r;
  lanes r4 = r2 * r2;
  lanes a = (1.0 + r) + r2 * (1.0 / 2 + r * (1.0 / 6));
  lanes b = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040));
  lanes c = (1.0 / 40320 + r * (1.0 / 362880)) + r2 * (1.0 / 3628800 + r * (1.0 / 39916800));
  lanes p = a + r4 * (b + r4 * (c + r4 * (1.0 / 479001600)));
  *argument = (lanes)((masks)p + ((masks)shifted << 52));
}

// ln x for normal x > 0, by ln((1+f)/(1−f)) = 2·(f + f³/3 + …).
static double logarithm(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int64_t exponent = (int64_t)(bits >> 52) - 1023;
  bits = (bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL;
  double m;
  memcpy(&m, &bits, sizeof m);
  if (m > 0x1.6a09e667f3bcdp0) {
    m *= 0.5;
    exponent += 1;
  }
  double f = (m - 1) / (m + 1);
  double s = f * f;
  double series = 0;
  for (int n = 23; n >= 3; n -= 2) series = s * (1.0 / n + series);
  return (double)exponent * 0x1.62e42fefap-1 +
         (2 * f + (2 * f * series + (double)exponent * 0x1.cf79abc9e3b39p-40));
}

static double pairwise(const lanes *v) {
  double a = (*v)[0] + (*v)[4], b = (*v)[1] + (*v)[5], c = (*v)[2] + (*v)[6], d = (*v)[3] + (*v)[7];
  return (a + c) + (b + d);
}

// ln weight + ln density of eight points under one component.
INLINE void log_density(lanes *result, const lanes *x, int d, const double *p) {
  const double *inverse = p + 1 + d;
  lanes gap[3];
  lanes square = {0};
  for (int i = 0; i < d; i++) gap[i] = x[i] - p[1 + i];
  for (int i = 0; i < d; i++) {
    lanes y = *inverse++ * gap[0];
    for (int j = 1; j <= i; j++) y += *inverse++ * gap[j];
    square += y * y;
  }
  *result = p[0] - 0.5 * square;
}

INLINE void add_moments(lanes *sums, const lanes *r, const lanes *x, int d, const double *p) {
  lanes gap[3];
  lanes *second = sums + 1 + d;
  sums[0] += *r;
  for (int i = 0; i < d; i++) gap[i] = x[i] - p[1 + i];
  for (int i = 0; i < d; i++) {
    lanes weighted = *r * gap[i];
    sums[1 + i] += weighted;
    for (int j = 0; j <= i; j++) *second++ += weighted * gap[j];
  }
}

INLINE void block(const lanes *x, const lanes *weight, int d, int components,
                  const double *parameters, lanes *sums, lanes *tops, lanes *product) {
  int width = 1 + d + d * (d + 1) / 2;
  lanes terms[MIXTURE_MAXIMUM_COMPONENTS];
  log_density(&terms[0], x, d, parameters);
  lanes top = terms[0];
  for (int k = 1; k < components; k++) {
    log_density(&terms[k], x, d, parameters + k * width);
    maximum(&top, &terms[k]);
  }
  lanes sum = {0};
  for (int k = 0; k < components; k++) {
    terms[k] -= top;
    exponential(&terms[k]);
    sum += terms[k];
  }
  *tops += top * *weight;
  // A lane without a point multiplies by one.
  *product *= sum * *weight + (1.0 - *weight);
  lanes scale = *weight / sum;
  for (int k = 0; k < components; k++) {
    lanes r = terms[k] * scale;
    add_moments(sums + k * WIDTH, &r, x, d, parameters + k * width);
  }
}

INLINE void pass(const double *x, long count, long stride, int d, int components,
                 const double *parameters, double *result) {
  lanes sums[MIXTURE_MAXIMUM_COMPONENTS * WIDTH];
  memset(sums, 0, sizeof(lanes) * (size_t)components * WIDTH);
  const lanes ones = {1, 1, 1, 1, 1, 1, 1, 1};
  lanes tops = {0};
  lanes product = ones;
  double likelihood = 0;
  long start = 0;
  int pending = 0;
  lanes point[3];
  for (; start + LANES <= count; start += LANES) {
    for (int i = 0; i < d; i++) load(&point[i], x + i * stride + start);
    block(point, &ones, d, components, parameters, sums, &tops, &product);
    if (++pending == BLOCKS_PER_LOGARITHM) {
      for (int lane = 0; lane < LANES; lane++) likelihood += logarithm(product[lane]);
      product = ones;
      pending = 0;
    }
  }
  if (start < count) {
    lanes weight = {0};
    for (int i = 0; i < d; i++) point[i] = weight;
    for (long lane = 0; lane < count - start; lane++) {
      weight[lane] = 1;
      for (int i = 0; i < d; i++) point[i][lane] = x[i * stride + start + lane];
    }
    block(point, &weight, d, components, parameters, sums, &tops, &product);
  }
  for (int lane = 0; lane < LANES; lane++) likelihood += logarithm(product[lane]);
  int width = 1 + d + d * (d + 1) / 2;
  result[0] = likelihood + pairwise(&tops);
  for (int k = 0; k < components; k++)
    for (int i = 0; i < width; i++) result[1 + k * width + i] = pairwise(&sums[k * WIDTH + i]);
}

INLINE void dispatch(const double *x, long count, long stride, int dimension, int components,
                     const double *parameters, double *sums) {
  switch (dimension) {
  case 1: pass(x, count, stride, 1, components, parameters, sums); break;
  case 2: pass(x, count, stride, 2, components, parameters, sums); break;
  case 3: pass(x, count, stride, 3, components, parameters, sums); break;
  }
}

static void pass_baseline(const double *x, long count, long stride, int dimension, int components,
                          const double *parameters, double *sums) {
  dispatch(x, count, stride, dimension, components, parameters, sums);
}

#if defined(__x86_64__)
__attribute__((target("arch=x86-64-v3"))) static void
pass_avx2(const double *x, long count, long stride, int dimension, int components,
          const double *parameters, double *sums) {
  dispatch(x, count, stride, dimension, components, parameters, sums);
}

// Without a minimum width the compiler keeps to 256 bits for this architecture.
__attribute__((target("arch=x86-64-v4"), min_vector_width(512))) static void
pass_avx512(const double *x, long count, long stride, int dimension, int components,
            const double *parameters, double *sums) {
  dispatch(x, count, stride, dimension, components, parameters, sums);
}
#endif

void ouroboros_mixture_pass(const double *x, long count, long stride, int dimension, int components,
                            const double *parameters, double *sums) {
  switch (ckernels_isa()) {
#if defined(__x86_64__)
  case CKERNELS_AVX512:
    pass_avx512(x, count, stride, dimension, components, parameters, sums);
    break;
  case CKERNELS_AVX2:
    pass_avx2(x, count, stride, dimension, components, parameters, sums);
    break;
#endif
  default: pass_baseline(x, count, stride, dimension, components, parameters, sums);
  }
}
