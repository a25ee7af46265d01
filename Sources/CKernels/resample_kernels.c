#include "resample_kernels.h"

#include <string.h>

#include "ckernels.h"

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

/// Sums stay in registers only where every index into them is a constant.
#define UNROLL _Pragma("clang loop unroll(full)")

typedef double lanes __attribute__((vector_size(64), aligned(8)));

enum { LANES = 8, MOST_COLUMNS = 4, MOST_VECTORS = RESAMPLE_PANEL / LANES };

/// `height` columns under `vectors` vectors of weights; `width` of these sums are stored.
INLINE void block(const double *values, long rows, long columns, const double *weights, double *sums,
                  long resamples, long width, int height, int vectors) {
  lanes own[MOST_COLUMNS][MOST_VECTORS] = {{{0}}};
  for (long s = 0; s < rows; s++) {
    lanes right[MOST_VECTORS];
    UNROLL
    for (int v = 0; v < vectors; v++)
      right[v] = *(const lanes *)(weights + s * RESAMPLE_PANEL + LANES * v);
    UNROLL
    for (int c = 0; c < height; c++) {
      const double left = values[s * columns + c];
      UNROLL
      for (int v = 0; v < vectors; v++) own[c][v] += right[v] * left;
    }
  }
  UNROLL
  for (int c = 0; c < height; c++) {
    double all[RESAMPLE_PANEL];
    UNROLL
    for (int v = 0; v < vectors; v++) *(lanes *)(all + LANES * v) = own[c][v];
    memcpy(sums + c * resamples, all, (size_t)width * sizeof(double));
  }
}

/// A panel of weights, which stays in the nearest cache, with all columns; `vectors` vectors of it at a
/// time, as the registers hold them.
INLINE void resample_sums(const double *values, long rows, long columns, const double *weights,
                          long resamples, double *sums, int vectors) {
  for (long first = 0; first < resamples; first += RESAMPLE_PANEL, weights += rows * RESAMPLE_PANEL)
    for (long part = 0; part < RESAMPLE_PANEL && first + part < resamples; part += LANES * vectors) {
      const long left = resamples - first - part;
      const long width = left < LANES * vectors ? left : LANES * vectors;
      double *out = sums + first + part;
      long c = 0;
      for (; c + MOST_COLUMNS <= columns; c += MOST_COLUMNS)
        block(values + c, rows, columns, weights + part, out + c * resamples, resamples, width,
              MOST_COLUMNS, vectors);
      for (; c < columns; c++)
        block(values + c, rows, columns, weights + part, out + c * resamples, resamples, width, 1,
              vectors);
    }
}

#define ARGUMENTS                                                                              \
  const double *values, long rows, long columns, const double *weights, long resamples, double *sums
#define PASSED values, rows, columns, weights, resamples, sums

#if defined(__x86_64__)
// Without a minimum width the compiler would halve the vectors.
#define AVX512 __attribute__((target("arch=x86-64-v4"), min_vector_width(512), noinline))
#define AVX2 __attribute__((target("arch=x86-64-v3"), noinline))
AVX512 static void resample_sums_avx512(ARGUMENTS) { resample_sums(PASSED, 4); }
AVX2 static void resample_sums_avx2(ARGUMENTS) { resample_sums(PASSED, 1); }
#endif

__attribute__((noinline)) static void resample_sums_baseline(ARGUMENTS) { resample_sums(PASSED, 1); }

void ouroboros_resample_sums(ARGUMENTS) {
  switch (ckernels_isa()) {
#if defined(__x86_64__)
    case CKERNELS_AVX512: resample_sums_avx512(PASSED); return;
    case CKERNELS_AVX2: resample_sums_avx2(PASSED); return;
#endif
    default: resample_sums_baseline(PASSED);
  }
}
