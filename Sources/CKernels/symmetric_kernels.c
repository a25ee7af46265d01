#include "symmetric_kernels.h"

#include <stdlib.h>
#include <string.h>

#include "ckernels.h"

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

/// Tiles stay in registers only where every index into them is a constant.
#define UNROLL _Pragma("clang loop unroll(full)")

typedef double lanes __attribute__((vector_size(64), aligned(8)));
typedef long long mask __attribute__((vector_size(64), aligned(8)));

enum { PANEL = 8, STACK_DIMENSION = 128 };

static const mask POSITIONS = {0, 1, 2, 3, 4, 5, 6, 7};

/// Row length of a transposed copy: whole vectors, and no power of two, whose rows would compete for
/// the same cache lines.
INLINE long pitch_of(long n) {
  const long whole = (n + PANEL - 1) / PANEL * PANEL;
  return whole % 64 == 0 ? whole + PANEL : whole;
}

// Macros, because vectors passed to functions would depend on the instruction set.
#define LOAD(x) (*(const lanes *)(x))
#define STORE(x, value) (*(lanes *)(x) = (value))
#define CHOOSE(where, yes, no) (lanes)(((where) & (mask)(yes)) | (~(where) & (mask)(no)))

/// t[i][j] = t[j][i] of an 8×8 tile.
INLINE void transpose(lanes t[PANEL]) {
  lanes pairs[8], fours[8];
  UNROLL
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = __builtin_shufflevector(t[i], t[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    pairs[i + 1] = __builtin_shufflevector(t[i], t[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  UNROLL
  for (int i = 0; i < 8; i += 4)
    UNROLL
    for (int j = 0; j < 2; j++) {
      const lanes x = pairs[i + j], y = pairs[i + j + 2];
      fours[i + j] = __builtin_shufflevector(x, y, 0, 1, 8, 9, 4, 5, 12, 13);
      fours[i + j + 2] = __builtin_shufflevector(x, y, 2, 3, 10, 11, 6, 7, 14, 15);
    }
  UNROLL
  for (int j = 0; j < 4; j++) {
    t[j] = __builtin_shufflevector(fours[j], fours[j + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    t[j + 4] = __builtin_shufflevector(fours[j], fours[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

/// The transpose of an 8×8 tile of a row-major matrix of which only `rows`×`columns` entries exist;
/// the others are zero.
INLINE void load_transposed(const double *a, long pitch, long rows, long columns, lanes t[PANEL]) {
  double edge[PANEL][PANEL];
  if (rows >= PANEL && columns >= PANEL) {
    UNROLL
    for (int i = 0; i < PANEL; i++) t[i] = LOAD(a + i * pitch);
  } else {
    memset(edge, 0, sizeof edge);
    UNROLL
    for (long i = 0; i < rows && i < PANEL; i++)
      UNROLL
      for (long j = 0; j < columns && j < PANEL; j++) edge[i][j] = a[i * pitch + j];
    UNROLL
    for (int i = 0; i < PANEL; i++) t[i] = LOAD(edge[i]);
  }
  transpose(t);
}

/// sums[r][v] −= Σ_m u[m][i + r]·u[m][j + 8v …], m ascending from 0 to `last` − 1, for `height` rows
/// from `first` on and `vectors` vectors of columns.
INLINE void subtract_products(const double *u, long pitch, long last, long i, long j, int first,
                              int height, int vectors, lanes sums[PANEL][2]) {
  lanes own[PANEL][2];
  UNROLL
  for (int r = 0; r < height; r++)
    UNROLL
    for (int v = 0; v < vectors; v++) own[r][v] = sums[first + r][v];
  for (long m = 0; m < last; m++) {
    const double *row = u + m * pitch;
    lanes right[2];
    UNROLL
    for (int v = 0; v < vectors; v++) right[v] = LOAD(row + j + 8 * v);
    UNROLL
    for (int r = 0; r < height; r++) {
      const double left = row[i + first + r];
      UNROLL
      for (int v = 0; v < vectors; v++) own[r][v] -= right[v] * left;
    }
  }
  UNROLL
  for (int r = 0; r < height; r++)
    UNROLL
    for (int v = 0; v < vectors; v++) sums[first + r][v] = own[r][v];
}

/// All eight rows, as many at a time as the registers hold.
INLINE void subtract_panel(const double *u, long pitch, long last, long i, long j, int vectors,
                           int height, lanes sums[PANEL][2]) {
  if (height == PANEL) {
    subtract_products(u, pitch, last, i, j, 0, PANEL, vectors, sums);
  } else {
    subtract_products(u, pitch, last, i, j, 0, 4, vectors, sums);
    subtract_products(u, pitch, last, i, j, 4, 4, vectors, sums);
  }
}

/// The triangular factor of a diagonal tile in place, t = UᵀU with U in the upper triangle; below it
/// anything. Divisions by the pivots stand in the chain of dependences, the square roots beside it.
/// Returns 0, or the index of the first bad pivot + 1.
INLINE int factor_tile(lanes t[PANEL], lanes *reciprocals) {
  lanes pivots;
  UNROLL
  for (int r = 0; r < PANEL; r++) {
    const double pivot = t[r][r];
    pivots[r] = pivot;
    const lanes ratio = t[r] / ((lanes){0} + pivot);
    UNROLL
    for (int s = r + 1; s < PANEL; s++) t[s] -= t[r] * ratio[s];
  }
  UNROLL
  for (int r = 0; r < PANEL; r++)
    if (!(pivots[r] > 0 && pivots[r] <= __DBL_MAX__)) return r + 1;
  const lanes roots = __builtin_elementwise_sqrt(pivots);
  *reciprocals = 1.0 / roots;
  UNROLL
  for (int r = 0; r < PANEL; r++) {
    t[r] *= (*reciprocals)[r];
    t[r] = CHOOSE(POSITIONS == r, (lanes){0} + roots[r], t[r]);
  }
  return 0;
}

/// Writes rows j … and columns k … of L from the transposed tile; of the diagonal tile (j = k) the
/// lower triangle, with zeros up to the end of its rows.
INLINE void store_tile(lanes t[PANEL], long n, long k, long j, double *l) {
  transpose(t);
  if (j > k) {
    UNROLL
    for (long c = 0; c < PANEL && j + c < n; c++) STORE(l + (j + c) * n + k, t[c]);
    return;
  }
  UNROLL
  for (long c = 0; c < PANEL && k + c < n; c++) {
    double *row = l + (k + c) * n;
    for (long r = 0; r <= c; r++) row[k + r] = t[c][r];
    memset(row + k + c + 1, 0, (size_t)(n - k - c - 1) * sizeof(double));
  }
}

/// `vectors` tiles right of the diagonal one: U[k…][j…] = U[k…][k…]⁻ᵀ·(A − products).
INLINE void right_tiles(const double *a, double scale, long n, double *u, long pitch, long k, long j,
                        int vectors, int height, const lanes *reciprocals, double *l) {
  lanes sums[PANEL][2];
  UNROLL
  for (int v = 0; v < vectors; v++) {
    lanes tile[PANEL];
    load_transposed(a + (j + 8 * v) * n + k, n, n - j - 8 * v, PANEL, tile);
    UNROLL
    for (int r = 0; r < PANEL; r++) sums[r][v] = tile[r] * scale;
  }
  subtract_panel(u, pitch, k, k, j, vectors, height, sums);
  UNROLL
  for (int r = 0; r < PANEL; r++) {
    double *row = u + (k + r) * pitch;
    UNROLL
    for (int v = 0; v < vectors; v++) {
      sums[r][v] *= (*reciprocals)[r];
      STORE(row + j + 8 * v, sums[r][v]);
    }
    UNROLL
    for (int s = r + 1; s < PANEL; s++)
      UNROLL
      for (int v = 0; v < vectors; v++) sums[s][v] -= sums[r][v] * row[k + s];
  }
  UNROLL
  for (int v = 0; v < vectors; v++) {
    lanes tile[PANEL];
    UNROLL
    for (int r = 0; r < PANEL; r++) tile[r] = sums[r][v];
    store_tile(tile, n, k, j + 8 * v, l);
  }
}

/// Eight rows of U at a time, each from the rows above it, in the copy `u` [n×pitch].
INLINE long cholesky(const double *a, double scale, long n, double *u, int vectors, int height,
                     double *l) {
  const long pitch = pitch_of(n);
  for (long k = 0; k < n; k += PANEL) {
    lanes sums[PANEL][2], tile[PANEL], reciprocals;
    load_transposed(a + k * n + k, n, n - k, n - k, tile);
    UNROLL
    for (int r = 0; r < PANEL; r++) sums[r][0] = tile[r] * scale;
    subtract_panel(u, pitch, k, k, k, 1, height, sums);
    UNROLL
    for (int r = 0; r < PANEL; r++) {
      // Rows beyond the last continue the matrix by the identity.
      tile[r] = k + r < n ? sums[r][0] : (lanes){0};
      if (k + r >= n) tile[r][r] = 1;
    }
    const int bad = factor_tile(tile, &reciprocals);
    if (bad) return k + bad;
    UNROLL
    for (int r = 0; r < PANEL; r++) STORE(u + (k + r) * pitch + k, tile[r]);
    store_tile(tile, n, k, k, l);
    long j = k + PANEL;
    if (vectors == 2)
      for (; j + PANEL < n; j += 2 * PANEL)
        right_tiles(a, scale, n, u, pitch, k, j, 2, height, &reciprocals, l);
    for (; j < n; j += PANEL)
      right_tiles(a, scale, n, u, pitch, k, j, 1, height, &reciprocals, l);
  }
  return 0;
}

/// Adds −sums to a block of c: whole vectors left of the diagonal, only the lower triangle on it.
INLINE void add_block(lanes sums[PANEL][2], long n, long i, long j, int vectors, double *c) {
  for (long r = 0; r < PANEL && i + r < n; r++)
    for (int v = 0; v < vectors; v++) {
      const long column = j + 8 * v;
      double *out = c + (i + r) * n + column;
      if (column + 7 <= i + r) {
        STORE(out, LOAD(out) - sums[r][v]);
      } else if (column + PANEL <= n) {
        const lanes old = LOAD(out);
        STORE(out, CHOOSE(POSITIONS <= i + r - column, old - sums[r][v], old));
      } else {
        for (long x = 0; x <= i + r - column; x++) out[x] -= sums[r][v][x];
      }
    }
}

INLINE void square(const double *g, long n, long columns, int triangular, double *u, int vectors,
                   int height, double *c) {
  const long pitch = pitch_of(n);
  for (long j = 0; j < n; j += PANEL) {
    // Right of its diagonal tile a triangular factor has nothing.
    const long end = triangular && j + PANEL < columns ? j + PANEL : columns;
    for (long k = 0; k < end; k += PANEL) {
      lanes tile[PANEL];
      load_transposed(g + j * columns + k, columns, n - j, columns - k, tile);
      for (long r = 0; r < PANEL && k + r < columns; r++) STORE(u + (k + r) * pitch + j, tile[r]);
    }
  }
  for (long i = 0; i < n; i += PANEL) {
    long j = 0;
    while (j <= i) {
      const int width = vectors == 2 && j + PANEL <= i ? 2 : 1;
      // The products of a row end with the shorter of both factors, that of the tile's last column.
      const long last = triangular && j + PANEL < columns ? j + PANEL : columns;
      lanes sums[PANEL][2] = {{{0}}};
      if (width == 2) {
        subtract_panel(u, pitch, last, i, j, 2, height, sums);
        const long more = triangular && j + 2 * PANEL < columns ? j + 2 * PANEL : columns;
        if (more > last) {
          lanes second[PANEL][2];
          for (int r = 0; r < PANEL; r++) second[r][0] = sums[r][1];
          subtract_panel(u + last * pitch, pitch, more - last, i, j + PANEL, 1, height, second);
          for (int r = 0; r < PANEL; r++) sums[r][1] = second[r][0];
        }
        add_block(sums, n, i, j, 2, c);
      } else {
        subtract_panel(u, pitch, last, i, j, 1, height, sums);
        add_block(sums, n, i, j, 1, c);
      }
      j += width * PANEL;
    }
  }
}

INLINE void rank_one(double weight, const double *x, long n, double *c) {
  for (long i = 0; i < n; i++) {
    const double factor = weight * x[i];
    double *row = c + i * n;
    long j = 0;
    for (; j + PANEL <= i + 1; j += PANEL) STORE(row + j, LOAD(row + j) + LOAD(x + j) * factor);
    for (; j <= i; j++) row[j] += factor * x[j];
  }
}

/// Room for a transposed copy with rows up to the next whole panel: the caller's where it suffices.
static double *room(long n, long rows, double *own) {
  if (n <= STACK_DIMENSION && rows <= STACK_DIMENSION) return own;
  double *space = malloc((size_t)(pitch_of(n) * ((rows + PANEL - 1) / PANEL * PANEL)) * sizeof(double));
  if (!space) abort();
  return space;
}

enum { STACK_ROOM = STACK_DIMENSION * (STACK_DIMENSION + PANEL) };

#define CHOLESKY_ARGUMENTS const double *a, double scale, long n, double *u, double *l
#define SQUARE_ARGUMENTS const double *g, long n, long columns, int triangular, double *u, double *c
#define RANK_ONE_ARGUMENTS double weight, const double *x, long n, double *c

#if defined(__x86_64__)
// Without a minimum width the compiler would halve the vectors.
#define AVX512 __attribute__((target("arch=x86-64-v4"), min_vector_width(512), noinline))
#define AVX2 __attribute__((target("arch=x86-64-v3"), noinline))
AVX512 static long cholesky_avx512(CHOLESKY_ARGUMENTS) { return cholesky(a, scale, n, u, 2, 8, l); }
AVX2 static long cholesky_avx2(CHOLESKY_ARGUMENTS) { return cholesky(a, scale, n, u, 1, 4, l); }
AVX512 static void square_avx512(SQUARE_ARGUMENTS) { square(g, n, columns, triangular, u, 2, 8, c); }
AVX2 static void square_avx2(SQUARE_ARGUMENTS) { square(g, n, columns, triangular, u, 1, 4, c); }
AVX512 static void rank_one_avx512(RANK_ONE_ARGUMENTS) { rank_one(weight, x, n, c); }
AVX2 static void rank_one_avx2(RANK_ONE_ARGUMENTS) { rank_one(weight, x, n, c); }
#endif

__attribute__((noinline)) static long cholesky_baseline(CHOLESKY_ARGUMENTS) {
  return cholesky(a, scale, n, u, 1, 4, l);
}
__attribute__((noinline)) static void square_baseline(SQUARE_ARGUMENTS) {
  square(g, n, columns, triangular, u, 1, 4, c);
}

__attribute__((noinline)) static void rank_one_baseline(RANK_ONE_ARGUMENTS) {
  rank_one(weight, x, n, c);
}

void ouroboros_lower_rank_one(RANK_ONE_ARGUMENTS) {
  switch (ckernels_isa()) {
#if defined(__x86_64__)
    case CKERNELS_AVX512: rank_one_avx512(weight, x, n, c); return;
    case CKERNELS_AVX2: rank_one_avx2(weight, x, n, c); return;
#endif
    default: rank_one_baseline(weight, x, n, c);
  }
}

long ouroboros_cholesky(const double *a, double scale, long n, double *l) {
  double own[STACK_ROOM];
  double *u = room(n, n, own);
  long bad;
  switch (ckernels_isa()) {
#if defined(__x86_64__)
    case CKERNELS_AVX512: bad = cholesky_avx512(a, scale, n, u, l); break;
    case CKERNELS_AVX2: bad = cholesky_avx2(a, scale, n, u, l); break;
#endif
    default: bad = cholesky_baseline(a, scale, n, u, l);
  }
  if (u != own) free(u);
  return bad;
}

void ouroboros_lower_square(const double *g, long n, long columns, int triangular, double *c) {
  double own[STACK_ROOM];
  double *u = room(n, columns, own);
  switch (ckernels_isa()) {
#if defined(__x86_64__)
    case CKERNELS_AVX512: square_avx512(g, n, columns, triangular, u, c); break;
    case CKERNELS_AVX2: square_avx2(g, n, columns, triangular, u, c); break;
#endif
    default: square_baseline(g, n, columns, triangular, u, c);
  }
  if (u != own) free(u);
}
