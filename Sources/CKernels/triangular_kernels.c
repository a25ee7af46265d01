#include "triangular_kernels.h"

#include <string.h>

#include "ckernels.h"

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

typedef double lanes __attribute__((vector_size(64), aligned(8)));

/// A block of `height` rows and 8 · `vectors` columns, its entries in registers.
INLINE void block(const double *f, long inner, const double *a, long columns, long first, long last,
                  double scale, double *g, int height, int vectors) {
  lanes sums[4][2] = {{{0}}};
  for (long k = first; k < last; k++) {
    lanes row[2];
    for (int v = 0; v < vectors; v++) row[v] = *(const lanes *)(a + k * columns + 8 * v);
    for (int r = 0; r < height; r++) {
      const double factor = f[r * inner + k];
      for (int v = 0; v < vectors; v++) sums[r][v] += row[v] * factor;
    }
  }
  for (int r = 0; r < height; r++)
    for (int v = 0; v < vectors; v++) *(lanes *)(g + r * columns + 8 * v) = sums[r][v] * scale;
}

/// The columns that fill no vector.
INLINE void edge(const double *f, long inner, const double *a, long columns, long first, long last,
                 double scale, double *g, int height, long width) {
  for (int r = 0; r < height; r++)
    for (long j = 0; j < width; j++) {
      double sum = 0;
      for (long k = first + j; k < last; k++) sum += f[r * inner + k] * a[k * columns + j];
      g[r * columns + j] = sum * scale;
    }
}

INLINE void rows_of(const double *f, long row, long inner, int triangular, const double *a,
                    long columns, double scale, double *g, int height) {
  // In a triangular product nothing lies right of the block's last row, and f has nothing there.
  const long last = triangular ? row + height : inner;
  const long end = triangular && last < columns ? last : columns;
  const double *own = f + row * inner;
  double *out = g + row * columns;
  long j = 0;
  for (; j < end && j + 16 <= columns; j += 16)
    block(own, inner, a + j, columns, j, last, scale, out + j, height, 2);
  for (; j < end && j + 8 <= columns; j += 8)
    block(own, inner, a + j, columns, j, last, scale, out + j, height, 1);
  if (j < end) {
    edge(own, inner, a + j, columns, j, last, scale, out + j, height, columns - j);
    j = columns;
  }
  for (int r = 0; r < height && j < columns; r++)
    memset(out + r * columns + j, 0, (size_t)(columns - j) * sizeof(double));
}

INLINE void product(const double *f, long rows, long inner, int triangular, const double *a,
                    long columns, double scale, double *g) {
  long row = 0;
  for (; row + 4 <= rows; row += 4)
    rows_of(f, row, inner, triangular, a, columns, scale, g, 4);
  for (; row < rows; row++) rows_of(f, row, inner, triangular, a, columns, scale, g, 1);
}

#define ARGUMENTS                                                                              \
  const double *f, long rows, long inner, int triangular, const double *a, long columns,      \
      double scale, double *g
#define NAMES f, rows, inner, triangular, a, columns, scale, g

#if defined(__x86_64__)
__attribute__((target("arch=x86-64-v4"), min_vector_width(512), noinline)) static void
product_avx512(ARGUMENTS) {
  product(NAMES);
}
__attribute__((target("arch=x86-64-v3"), noinline)) static void product_avx2(ARGUMENTS) {
  product(NAMES);
}
#endif

__attribute__((noinline)) static void product_baseline(ARGUMENTS) { product(NAMES); }

void ouroboros_lower_product(ARGUMENTS) {
#if defined(__x86_64__)
  switch (ckernels_isa()) {
    case CKERNELS_AVX512: product_avx512(NAMES); return;
    case CKERNELS_AVX2: product_avx2(NAMES); return;
  }
#endif
  product_baseline(NAMES);
}
