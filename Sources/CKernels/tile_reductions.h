// The sums and maxima of tile programs. Included after vector_float.h.

/// Four chains of 16 lanes, (0 + 1) + (2 + 3), then the lanes.
INLINE float sum_of_elements(const float *x, size_t count) {
  vec chains[4] = {{0}};
  size_t i = 0;
  for (; i + 4 * LANES <= count; i += 4 * LANES)
    for (int chain = 0; chain < 4; chain++) chains[chain] += LOAD(x + i + LANES * chain);
  for (int chain = 0; i + LANES <= count; i += LANES, chain++) {
    // The chains in turn, without a variable index.
    vec next = LOAD(x + i);
    if (chain == 0) chains[0] += next;
    else if (chain == 1) chains[1] += next;
    else chains[2] += next;
  }
  if (i < count) chains[3] += load_part(x + i, count - i);
  return sum_of_lanes((chains[0] + chains[1]) + (chains[2] + chains[3]));
}

INLINE float maximum_of_elements(const float *x, size_t count) {
  const vec least = splat(-__builtin_inff());
  vec first = least, second = least;
  size_t i = 0;
  for (; i + 2 * LANES <= count; i += 2 * LANES) {
    first = maximum(LOAD(x + i), first);
    second = maximum(LOAD(x + i + LANES), second);
  }
  if (i + LANES <= count) {
    first = maximum(LOAD(x + i), first);
    i += LANES;
  }
  float best = maximum_of_lanes(maximum(first, second));
  for (; i < count; i++) best = maximum_of(x[i], best);
  return best;
}

WIDE static float KERNEL(sum)(const float *x, size_t count) { return sum_of_elements(x, count); }
WIDE static float KERNEL(maximum)(const float *x, size_t count) {
  return maximum_of_elements(x, count);
}

WIDE static void KERNEL(row_sums)(
    const float *x, size_t rows, size_t columns, float scale, float *out) {
  for (size_t row = 0; row < rows; row++)
    out[row] = scale * sum_of_elements(x + row * columns, columns);
}

WIDE static void KERNEL(row_maxima)(const float *x, size_t rows, size_t columns, float *out) {
  for (size_t row = 0; row < rows; row++)
    out[row] = maximum_of_elements(x + row * columns, columns);
}

/// The sum of up to 16 columns over the rows: four chains of rows.
INLINE vec sum_of_rows(const float *x, size_t rows, size_t columns, size_t width) {
#define PART(row) (width == LANES ? LOAD(x + (row) * columns) : load_part(x + (row) * columns, width))
  if (rows == 1) return PART(0);
  vec chains[4] = {{0}};
  size_t row = 0;
  for (; row + 4 <= rows; row += 4)
    for (int chain = 0; chain < 4; chain++) chains[chain] += PART(row + chain);
  for (; row < rows; row++) chains[0] += PART(row);
#undef PART
  return (chains[0] + chains[1]) + (chains[2] + chains[3]);
}

WIDE static void KERNEL(add_rows)(const float *x, size_t rows, size_t columns, float *sums) {
  size_t column = 0;
  for (; column + LANES <= columns; column += LANES)
    STORE(sums + column, LOAD(sums + column) + sum_of_rows(x + column, rows, columns, LANES));
  if (column < columns) {
    const size_t width = columns - column;
    vec sum = load_part(sums + column, width) + sum_of_rows(x + column, rows, columns, width);
    store_part(sums + column, sum, width);
  }
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
