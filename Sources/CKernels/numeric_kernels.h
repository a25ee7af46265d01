// The kernels of the engine that are compiled once per instruction set.
#ifndef NUMERIC_KERNELS_H
#define NUMERIC_KERNELS_H

#include "movement_kernels.h"
#include "optimiser_kernels.h"
#include "tile_kernels.h"

/// An elementwise instruction on `count` elements, or on `rows` rows of `count` elements.
struct tile_call {
  float *result;
  const float *sources[3];
  size_t steps[3];  // 16: a vector at a time; 0: the same 16 equal floats for all
  size_t count;
  size_t rows;
  unsigned row_values;  // bit k: sources[k] holds one float for each row
  float immediate;
};

typedef void (*tile_function)(const struct tile_call *);

/// A rectangle of an array in memory: element (i, j) is at pointer[i·row + j·column].
struct plane {
  const void *pointer;
  int64_t row, column;  // strides in elements
  int type;
};

struct numeric_kernels {
  tile_function flat[OUROBOROS_TILE_OPERATIONS];
  tile_function rows[OUROBOROS_TILE_OPERATIONS];
  // Sums of x, or of x·y where y is not NULL.
  float (*sum)(const float *x, const float *y, size_t count);
  float (*maximum)(const float *x, size_t count);
  void (*row_sums)(const float *x, const float *y, size_t rows, size_t columns, float scale,
                   float *out);
  void (*add_rows)(const float *x, const float *y, size_t rows, size_t columns, float *sums);
  void (*row_maxima)(const float *x, size_t rows, size_t columns, float *out);
  void (*raise_to_rows)(const float *x, size_t rows, size_t columns, float *maxima);
  void (*add_to_totals)(float *sums, double *totals, size_t count);
  void (*load_plane)(struct plane source, size_t rows, size_t columns, float *out);
  void (*store_plane)(struct plane source, struct plane target, size_t rows, size_t columns);
  void (*transpose)(int element_bytes, const void *source, int64_t source_pitch, void *target,
                    int64_t target_pitch, size_t rows, size_t columns);
  void (*sgd)(const ouroboros_sgd *, const float *, float *, float *, size_t);
  void (*rmsprop)(const ouroboros_rmsprop *, const float *, float *, float *, float *, float *, size_t);
  void (*adam)(const ouroboros_adam *, const float *, float *, float *, float *, size_t);
  void (*moving_average)(float, const float *, float *, size_t);
  void (*clip)(float, float, float *, size_t);
  void (*scale)(float, float *, size_t);
  void (*fill)(float, float *, size_t);
  void (*add)(const float *x, float *sums, size_t count);
  double (*sum_of_squares)(const float *, size_t);
  int (*all_finite)(const float *, size_t);
};

extern const struct numeric_kernels numeric_kernels_baseline;
#if defined(__x86_64__)
extern const struct numeric_kernels numeric_kernels_avx2;
extern const struct numeric_kernels numeric_kernels_avx512;
#endif

/// The kernels of the instruction set in use.
const struct numeric_kernels *ckernels_numeric(void);

#endif
