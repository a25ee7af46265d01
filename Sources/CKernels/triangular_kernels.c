#include "triangular_kernels.h"

#include <string.h>

#include "ckernels.h"

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

typedef double lanes __attribute__((vector_size(64), aligned(8)));
typedef long long mask __attribute__((vector_size(64), aligned(8)));

enum { LANES = 8 };

static const mask POSITIONS = {0, 1, 2, 3, 4, 5, 6, 7};

/// The packed matrix: where its row k begins, and where it ends.
struct packed {
  const double *start, *end;
  long columns;
};

INLINE long packed_before(long k, long columns) {
  return k < columns ? k * (k + 1) / 2 : columns * (columns + 1) / 2 + (k - columns) * columns;
}

/// Where `count` entries from x on can be read: at x, or in a copy where the matrix ends before them.
INLINE const double *readable(const double *x, long count, const double *end, double *copy) {
  if (x + count <= end) return x;
  memcpy(copy, x, (size_t)(end - x) * sizeof(double));
  return copy;
}

/// `height` rows of the product in `vectors` vectors of columns from j on, of which `width` columns
/// exist; adds the squares to those of each row.
INLINE void block(const double *f, long inner, const struct packed a, long j, long last, double scale,
                  double *g, int height, int vectors, long width, lanes squares[8]) {
  lanes sums[8][2] = {{{0}}};
  const double *row = a.start + packed_before(j, a.columns) + j;
  long k = j;
  double copy[2 * LANES] = {0};
  // Beside the diagonal a row ends within vector `edge`; what follows it is the next row.
#pragma clang loop unroll(full)
  for (int edge = 0; edge < vectors; edge++)
    for (const long stop = j + LANES * (edge + 1); k < last && k < stop; k++) {
      const double *right = readable(row, LANES * vectors, a.end, copy);
      for (int v = 0; v <= edge; v++) {
        mask entries = *(const mask *)(right + LANES * v);
        if (v == edge) entries &= POSITIONS <= k - j - LANES * v;
        for (int r = 0; r < height; r++) sums[r][v] += (lanes)entries * f[r * inner + k];
      }
      row += k + 1 < a.columns ? k + 1 : a.columns;
    }
  for (; k < last; k++) {
    const double *right = readable(row, LANES * vectors, a.end, copy);
    for (int v = 0; v < vectors; v++) {
      const lanes entries = *(const lanes *)(right + LANES * v);
      for (int r = 0; r < height; r++) sums[r][v] += entries * f[r * inner + k];
    }
    row += k + 1 < a.columns ? k + 1 : a.columns;
  }
  for (int r = 0; r < height; r++)
    for (int v = 0; v < vectors; v++) {
      lanes entries = sums[r][v] * scale;
      double *out = g + r * a.columns + LANES * v;
      if (width == LANES * vectors) {
        *(lanes *)out = entries;
      } else {
        entries = (lanes)((mask)entries & (POSITIONS < width));
        memcpy(out, &entries, (size_t)width * sizeof(double));
      }
      squares[r] += entries * entries;
    }
}

INLINE void rows_of(const double *f, long row, long inner, int triangular, const struct packed a,
                    double scale, double *g, int height, lanes squares[8]) {
  // In a triangular product nothing lies right of the block's last row, and f has nothing there.
  const long last = triangular ? row + height : inner;
  const long end = triangular && last < a.columns ? last : a.columns;
  const double *own = f + row * inner;
  double *out = g + row * a.columns;
  long j = 0;
  for (; j < end && j + 2 * LANES <= a.columns; j += 2 * LANES)
    block(own, inner, a, j, last, scale, out + j, height, 2, 2 * LANES, squares);
  for (; j < end && j + LANES <= a.columns; j += LANES)
    block(own, inner, a, j, last, scale, out + j, height, 1, LANES, squares);
  if (j < end) {
    block(own, inner, a, j, last, scale, out + j, height, 1, a.columns - j, squares);
    j = a.columns;
  }
  for (int r = 0; r < height && j < a.columns; r++) {
    double *rest = out + r * a.columns + j;
    long left = a.columns - j;
    for (; left >= LANES; left -= LANES, rest += LANES) *(lanes *)rest = (lanes){0};
    for (; left > 0; left--) *rest++ = 0;
  }
}

/// The lanes added pairwise.
#define SUM(x) ((((x)[0] + (x)[4]) + ((x)[2] + (x)[6])) + (((x)[1] + (x)[5]) + ((x)[3] + (x)[7])))

/// `most` rows at a time while there are so many, as the registers hold them: entries and squares are
/// summed in the same order with any number.
INLINE double product(const double *f, long rows, long inner, int triangular, const double *entries,
                      long columns, double scale, double *g, int most) {
  const struct packed a = {entries, entries + packed_before(inner, columns), columns};
  lanes total = {0};
  for (long row = 0, first = 0; first < rows; first = row) {
    lanes squares[8] = {{0}};
    // The last rows together with some before them, which come out once more as they are: one row alone
    // would wait for its own sums.
    row = first + 4 <= rows || rows < 4 ? first : rows - 4;
    const long start = row;
    if (most == 8 && row + 8 <= rows)
      rows_of(f, row, inner, triangular, a, scale, g, 8, squares), row += 8;
    else if (rows >= 4)
      rows_of(f, row, inner, triangular, a, scale, g, 4, squares), row += 4;
    else
      rows_of(f, row, inner, triangular, a, scale, g, 1, squares), row += 1;
    for (long r = first - start; r < row - start; r++) total += squares[r];
  }
  return SUM(total);
}

/// out = offset + scale · f · z for `height` rows, in lanes of eight columns.
INLINE void apply_rows(const double *f, long row, long inner, int triangular, const double *z,
                       const lanes *rest, const double *end, double scale, const double *offset, double *out,
                       int height) {
  const long whole = inner / LANES * LANES;
  // Of a triangular matrix whole vectors are read too: right of the diagonal it has zeros.
  const long last = triangular && row + height < whole ? row + height : whole;
  const double *own = f + row * inner;
  lanes sums[4] = {{0}};
  for (long k = 0; k < last; k += LANES)
    for (int r = 0; r < height; r++)
      sums[r] += *(const lanes *)(own + r * inner + k) * *(const lanes *)(z + k);
  if (whole < inner && !(triangular && row + height <= whole))
    for (int r = 0; r < height; r++) {
      double copy[LANES] = {0};
      const double *left = readable(own + r * inner + whole, LANES, end, copy);
      // What follows the row may be anything, even no number.
      sums[r] += (lanes)(*(const mask *)left & (POSITIONS < inner - whole)) * *rest;
    }
  for (int r = 0; r < height; r++) out[row + r] = offset[row + r] + scale * SUM(sums[r]);
}

INLINE void apply(const double *f, long rows, long inner, int triangular, const double *z,
                  double scale, const double *offset, double *out) {
  const long whole = inner / LANES * LANES;
  lanes rest = {0};
  memcpy(&rest, z + whole, (size_t)(inner - whole) * sizeof(double));
  const double *end = f + rows * inner;
  long row = 0;
  for (; row + 4 <= rows; row += 4)
    apply_rows(f, row, inner, triangular, z, &rest, end, scale, offset, out, 4);
  for (; row < rows; row++)
    apply_rows(f, row, inner, triangular, z, &rest, end, scale, offset, out, 1);
}

#define PRODUCT_ARGUMENTS                                                                      \
  const double *f, long rows, long inner, int triangular, const double *a, long columns,      \
      double scale, double *g
#define PRODUCT f, rows, inner, triangular, a, columns, scale, g
#define APPLY_ARGUMENTS                                                                        \
  const double *f, long rows, long inner, int triangular, const double *z, double scale,      \
      const double *offset, double *out
#define APPLY f, rows, inner, triangular, z, scale, offset, out

#if defined(__x86_64__)
// Without a minimum width the compiler would halve the vectors.
#define AVX512 __attribute__((target("arch=x86-64-v4"), min_vector_width(512), noinline))
#define AVX2 __attribute__((target("arch=x86-64-v3"), noinline))
AVX512 static double product_avx512(PRODUCT_ARGUMENTS) { return product(PRODUCT, 8); }
AVX2 static double product_avx2(PRODUCT_ARGUMENTS) { return product(PRODUCT, 4); }
AVX512 static void apply_avx512(APPLY_ARGUMENTS) { apply(APPLY); }
AVX2 static void apply_avx2(APPLY_ARGUMENTS) { apply(APPLY); }
#endif

__attribute__((noinline)) static double product_baseline(PRODUCT_ARGUMENTS) {
  return product(PRODUCT, 4);
}
__attribute__((noinline)) static void apply_baseline(APPLY_ARGUMENTS) { apply(APPLY); }

double ouroboros_lower_product(PRODUCT_ARGUMENTS) {
  switch (ckernels_isa()) {
#if defined(__x86_64__)
    case CKERNELS_AVX512: return product_avx512(PRODUCT);
    case CKERNELS_AVX2: return product_avx2(PRODUCT);
#endif
    default: return product_baseline(PRODUCT);
  }
}

void ouroboros_lower_apply(APPLY_ARGUMENTS) {
  switch (ckernels_isa()) {
#if defined(__x86_64__)
    case CKERNELS_AVX512: apply_avx512(APPLY); return;
    case CKERNELS_AVX2: apply_avx2(APPLY); return;
#endif
    default: apply_baseline(APPLY);
  }
}
