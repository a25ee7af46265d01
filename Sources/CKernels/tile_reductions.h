// The sums and maxima of tile programs; sums of products where a second source is not NULL.
// Included after vector_float.h.

/// Sums of x, or of the products x·y where y is not NULL: four chains of 16 lanes, (0 + 1) + (2 + 3).
INLINE vec sums_in_lanes(const float *x, const float *y, size_t count) {
#define SUMMAND(i) (y == NULL ? LOAD(x + (i)) : LOAD(x + (i)) * LOAD(y + (i)))
  vec chains[4] = {{0}};
  size_t i = 0;
  for (; i + 4 * LANES <= count; i += 4 * LANES)
    for (int chain = 0; chain < 4; chain++) chains[chain] += SUMMAND(i + LANES * chain);
  if (i + LANES <= count) {
    chains[0] += SUMMAND(i);
    i += LANES;
  }
  if (i + LANES <= count) {
    chains[1] += SUMMAND(i);
    i += LANES;
  }
  if (i + LANES <= count) {
    chains[2] += SUMMAND(i);
    i += LANES;
  }
#undef SUMMAND
  if (i < count) {
    vec a = load_part(x + i, count - i);
    chains[3] += y == NULL ? a : a * load_part(y + i, count - i);
  }
  return (chains[0] + chains[1]) + (chains[2] + chains[3]);
}

/// The larger, or b if either is NaN.
INLINE vec larger(vec a, vec b) { return choose(a > b, a, b); }

/// Maxima without regard to NaN, of which `bad` takes note.
INLINE vec maxima_in_lanes(const float *x, size_t count, vec_int *bad) {
  vec first = splat(-__builtin_inff()), second = first;
  size_t i = 0;
  for (; i + 2 * LANES <= count; i += 2 * LANES) {
    vec a = LOAD(x + i), b = LOAD(x + i + LANES);
    *bad |= (a != a) | (b != b);
    first = larger(a, first);
    second = larger(b, second);
  }
  if (i + LANES <= count) {
    vec a = LOAD(x + i);
    *bad |= a != a;
    first = larger(a, first);
    i += LANES;
  }
  if (i < count) {
    const vec_int positions = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    vec a = choose(positions < (int32_t)(count - i), load_part(x + i, count - i), first);
    *bad |= a != a;
    second = larger(a, second);
  }
  return larger(first, second);
}

INLINE float maximum_of_elements(const float *x, size_t count) {
  vec_int bad = {0};
  vec maxima = maxima_in_lanes(x, count, &bad);
  return __builtin_reduce_or(bad) != 0 ? __builtin_nanf("") : maximum_of_lanes(maxima);
}

INLINE vec add_vectors(vec a, vec b) { return a + b; }

/// The reduction of the lanes of each of 16 vectors, in the order of `sum_of_lanes`: lanes that lie 8,
/// 4, 2 and 1 apart are combined while the vectors are packed.
#define REDUCE_LANES_OF_16(v, combine)                                                            \
  do {                                                                                            \
    for (int k = 0; k < 8; k++)                                                                   \
      v[k] = combine(__builtin_shufflevector(v[2 * k], v[2 * k + 1], 0, 1, 2, 3, 4, 5, 6, 7, 16,  \
                                             17, 18, 19, 20, 21, 22, 23),                         \
                     __builtin_shufflevector(v[2 * k], v[2 * k + 1], 8, 9, 10, 11, 12, 13, 14,    \
                                             15, 24, 25, 26, 27, 28, 29, 30, 31));                \
    for (int k = 0; k < 4; k++)                                                                   \
      v[k] = combine(__builtin_shufflevector(v[2 * k], v[2 * k + 1], 0, 1, 2, 3, 8, 9, 10, 11,    \
                                             16, 17, 18, 19, 24, 25, 26, 27),                     \
                     __builtin_shufflevector(v[2 * k], v[2 * k + 1], 4, 5, 6, 7, 12, 13, 14, 15,  \
                                             20, 21, 22, 23, 28, 29, 30, 31));                    \
    for (int k = 0; k < 2; k++)                                                                   \
      v[k] = combine(__builtin_shufflevector(v[2 * k], v[2 * k + 1], 0, 1, 4, 5, 8, 9, 12, 13,    \
                                             16, 17, 20, 21, 24, 25, 28, 29),                     \
                     __builtin_shufflevector(v[2 * k], v[2 * k + 1], 2, 3, 6, 7, 10, 11, 14, 15,  \
                                             18, 19, 22, 23, 26, 27, 30, 31));                    \
    v[0] = combine(__builtin_shufflevector(v[0], v[1], 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, \
                                           24, 26, 28, 30),                                       \
                   __builtin_shufflevector(v[0], v[1], 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, \
                                           25, 27, 29, 31));                                      \
  } while (0)

WIDE static float KERNEL(sum)(const float *x, const float *y, size_t count) {
  return sum_of_lanes(y == NULL ? sums_in_lanes(x, NULL, count) : sums_in_lanes(x, y, count));
}

WIDE static float KERNEL(maximum)(const float *x, size_t count) {
  return maximum_of_elements(x, count);
}

INLINE void row_sums(const float *x, const float *y, size_t rows, size_t columns, float scale,
                     float *out) {
#define ROW_OF_LANES(row) \
  sums_in_lanes(x + (row) * columns, y == NULL ? NULL : y + (row) * columns, columns)
  size_t row = 0;
  for (; row + LANES <= rows; row += LANES) {
    vec v[LANES];
    for (size_t k = 0; k < LANES; k++) v[k] = ROW_OF_LANES(row + k);
    REDUCE_LANES_OF_16(v, add_vectors);
    STORE(out + row, v[0] * scale);
  }
  for (; row < rows; row++) out[row] = scale * sum_of_lanes(ROW_OF_LANES(row));
#undef ROW_OF_LANES
}

WIDE static void KERNEL(row_sums)(const float *x, const float *y, size_t rows, size_t columns,
                                  float scale, float *out) {
  if (y == NULL) row_sums(x, NULL, rows, columns, scale, out);
  else row_sums(x, y, rows, columns, scale, out);
}

WIDE static void KERNEL(row_maxima)(const float *x, size_t rows, size_t columns, float *out) {
  size_t row = 0;
  for (; row + LANES <= rows; row += LANES) {
    vec v[LANES];
    vec_int bad = {0};
    for (int k = 0; k < LANES; k++)
      v[k] = maxima_in_lanes(x + (row + (size_t)k) * columns, columns, &bad);
    REDUCE_LANES_OF_16(v, larger);
    STORE(out + row, v[0]);
    if (__builtin_reduce_or(bad) == 0) continue;
    for (size_t k = row; k < row + LANES; k++)
      out[k] = maximum_of_elements(x + k * columns, columns);
  }
  for (; row < rows; row++) out[row] = maximum_of_elements(x + row * columns, columns);
}

/// The sum of up to 16 columns over the rows: four chains of rows.
INLINE vec sum_of_rows(const float *x, const float *y, size_t rows, size_t columns, size_t width) {
#define PART(p) (width == LANES ? LOAD(p) : load_part(p, width))
#define SUMMAND(row) \
  (y == NULL ? PART(x + (row) * columns) : PART(x + (row) * columns) * PART(y + (row) * columns))
  if (rows == 1) return SUMMAND(0);
  vec chains[4] = {{0}};
  size_t row = 0;
  for (; row + 4 <= rows; row += 4)
    for (size_t chain = 0; chain < 4; chain++) chains[chain] += SUMMAND(row + chain);
  for (; row < rows; row++) chains[0] += SUMMAND(row);
#undef PART
#undef SUMMAND
  return (chains[0] + chains[1]) + (chains[2] + chains[3]);
}

INLINE void add_rows(const float *x, const float *y, size_t rows, size_t columns, float *sums) {
  size_t column = 0;
#define FACTOR (y == NULL ? NULL : y + column)
  for (; column + LANES <= columns; column += LANES)
    STORE(sums + column, LOAD(sums + column) + sum_of_rows(x + column, FACTOR, rows, columns, LANES));
  if (column < columns) {
    const size_t width = columns - column;
    vec sum = load_part(sums + column, width) + sum_of_rows(x + column, FACTOR, rows, columns, width);
    store_part(sums + column, sum, width);
  }
#undef FACTOR
}

WIDE static void KERNEL(add_rows)(
    const float *x, const float *y, size_t rows, size_t columns, float *sums) {
  if (y == NULL) add_rows(x, NULL, rows, columns, sums);
  else add_rows(x, y, rows, columns, sums);
}

WIDE static void KERNEL(raise_to_rows)(const float *x, size_t rows, size_t columns, float *maxima) {
  for (size_t column = 0; column < columns; column += LANES) {
    const size_t width = columns - column < LANES ? columns - column : LANES;
    vec best = width == LANES ? LOAD(maxima + column) : load_part(maxima + column, width);
    for (size_t row = 0; row < rows; row++) {
      const float *next = x + row * columns + column;
      best = maximum(width == LANES ? LOAD(next) : load_part(next, width), best);
    }
    if (width == LANES) STORE(maxima + column, best);
    else store_part(maxima + column, best, width);
  }
}

/// totals += sums; sums = 0.
WIDE static void KERNEL(add_to_totals)(float *sums, double *totals, size_t count) {
  for (size_t i = 0; i < count; i++) {
    totals[i] += sums[i];
    sums[i] = 0;
  }
}
