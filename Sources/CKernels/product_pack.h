// Laying out operands for the tiles. Included after product_tile.h.

/// t[i][j] = t[j][i] for WIDTH vectors: log₂ WIDTH rounds, each exchanging halves of blocks of vectors
/// that stand `distance` apart.
INLINE void transpose(vector t[WIDTH]);

#if WIDTH == 16
INLINE void transpose(vector t[WIDTH]) {
  vector u[WIDTH];
  EACH(q, 4) {
    const vector *x = t + 4 * q;
    vector low[2], high[2];
    EACH(h, 2) {
      low[h] = __builtin_shufflevector(x[2 * h], x[2 * h + 1], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25,
                                       12, 28, 13, 29);
      high[h] = __builtin_shufflevector(x[2 * h], x[2 * h + 1], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11,
                                        27, 14, 30, 15, 31);
    }
#define FIRST(x, y) \
  __builtin_shufflevector(x, y, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define SECOND(x, y) \
  __builtin_shufflevector(x, y, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
    // u[4q + i] lane 4l + j = t[4q + j] lane 4l + i.
    u[4 * q] = FIRST(low[0], low[1]);
    u[4 * q + 1] = SECOND(low[0], low[1]);
    u[4 * q + 2] = FIRST(high[0], high[1]);
    u[4 * q + 3] = SECOND(high[0], high[1]);
#undef FIRST
#undef SECOND
  }
#define EVEN(x, y) \
  __builtin_shufflevector(x, y, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define ODD(x, y) \
  __builtin_shufflevector(x, y, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)
  EACH(i, 4) {
    // Quarters of four vectors are transposed as single lanes were before.
    const vector a = EVEN(u[i], u[4 + i]), b = ODD(u[i], u[4 + i]);
    const vector c = EVEN(u[8 + i], u[12 + i]), d = ODD(u[8 + i], u[12 + i]);
    t[i] = EVEN(a, c);
    t[4 + i] = EVEN(b, d);
    t[8 + i] = ODD(a, c);
    t[12 + i] = ODD(b, d);
  }
#undef EVEN
#undef ODD
}
#elif WIDTH == 8
INLINE void transpose(vector t[WIDTH]) {
  vector u[WIDTH];
  EACH(q, 2) {
    const vector *x = t + 4 * q;
    vector low[2], high[2];
    EACH(h, 2) {
      low[h] = __builtin_shufflevector(x[2 * h], x[2 * h + 1], 0, 8, 1, 9, 4, 12, 5, 13);
      high[h] = __builtin_shufflevector(x[2 * h], x[2 * h + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    u[4 * q] = __builtin_shufflevector(low[0], low[1], 0, 1, 8, 9, 4, 5, 12, 13);
    u[4 * q + 1] = __builtin_shufflevector(low[0], low[1], 2, 3, 10, 11, 6, 7, 14, 15);
    u[4 * q + 2] = __builtin_shufflevector(high[0], high[1], 0, 1, 8, 9, 4, 5, 12, 13);
    u[4 * q + 3] = __builtin_shufflevector(high[0], high[1], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  EACH(i, 4) {
    t[i] = __builtin_shufflevector(u[i], u[4 + i], 0, 1, 2, 3, 8, 9, 10, 11);
    t[4 + i] = __builtin_shufflevector(u[i], u[4 + i], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}
#else
INLINE void transpose(vector t[WIDTH]) {
  vector low[2], high[2];
  EACH(h, 2) {
    low[h] = __builtin_shufflevector(t[2 * h], t[2 * h + 1], 0, 4, 1, 5);
    high[h] = __builtin_shufflevector(t[2 * h], t[2 * h + 1], 2, 6, 3, 7);
  }
  t[0] = __builtin_shufflevector(low[0], low[1], 0, 1, 4, 5);
  t[1] = __builtin_shufflevector(low[0], low[1], 2, 3, 6, 7);
  t[2] = __builtin_shufflevector(high[0], high[1], 0, 1, 4, 5);
  t[3] = __builtin_shufflevector(high[0], high[1], 2, 3, 6, 7);
}
#endif

/// To bfloat16, to nearest, ties to even; NaN stays NaN.
INLINE vector rounded(vector x) {
  typedef unsigned words __attribute__((vector_size(4 * WIDTH), aligned(4)));
  const words w = (words)x;
  const words near = (w + 0x7fffu + ((w >> 16) & 1u)) & 0xffff0000u;
  const bits number = x == x;
  return (vector)((number & (bits)near) | (~number & (bits)(w | 0x00400000u)));
}

/// out[p·pitch + j] = from[p·row + j] for j < columns, else 0 up to the pitch.
INLINE void pack_rows(const float *from, long row, long count, long columns, long pitch, float *out) {
  const long whole = columns / WIDTH * WIDTH, rest = columns - whole;
  for (long p = 0; p < count; p++, from += row, out += pitch) {
    long j = 0;
    for (; j < whole; j += WIDTH) STORE(out + j, LOAD(from + j));
    if (rest) STORE(out + j, LOAD_PART(from + j, rest)), j += WIDTH;
    for (; j < pitch; j += WIDTH) STORE(out + j, (vector){0});
  }
}

/// out[p·pitch + j] = from[p + j·column] for p < steps, j < there, both at most WIDTH; 0 up to WIDTH columns.
INLINE void pack_corner(const float *from, long column, long steps, long there, long pitch, float *out) {
  vector t[WIDTH];
  for (long j = 0; j < WIDTH; j++)
    t[j] = j >= there       ? (vector){0}
           : steps == WIDTH ? LOAD(from + j * column)
                            : LOAD_PART(from + j * column, steps);
  transpose(t);
  for (long p = 0; p < steps; p++) STORE(out + p * pitch, t[p]);
}

/// out[p·pitch + j] = from[p + j·column] for j < columns, else 0 up to the pitch.
INLINE void pack_columns(const float *from, long column, long count, long columns, long pitch, float *out) {
  for (long j = 0; j < pitch; j += WIDTH, from += WIDTH * column, out += WIDTH) {
    const long there = columns - j < WIDTH ? (columns > j ? columns - j : 0) : WIDTH;
    long p = 0;
    if (there == WIDTH)
      for (; p + WIDTH <= count; p += WIDTH) {
        vector t[WIDTH];
        EACH(i, WIDTH) t[i] = LOAD(from + i * column + p);
        transpose(t);
        EACH(i, WIDTH) STORE(out + (p + i) * pitch, t[i]);
      }
    for (; p < count; p += WIDTH)
      pack_corner(from + p, column, count - p < WIDTH ? count - p : WIDTH, there, pitch, out + p * pitch);
  }
}

/// out[p·pitch + j] = from[p·row + j·column] for p < count, j < columns, and 0 up to the pitch, which is a
/// multiple of WIDTH.
ALONE static void KERNEL(pack)(const float *from, long row, long column, long count, long columns,
                               long pitch, float *out) {
  if (column == 1) {
    pack_rows(from, row, count, columns, pitch, out);
  } else if (row == 1) {
    pack_columns(from, column, count, columns, pitch, out);
  } else {
    for (long p = 0; p < count; p++)
      for (long j = 0; j < pitch; j++)
        out[p * pitch + j] = j < columns ? from[p * row + j * column] : 0;
  }
}

/// out[i·panel + p·WIDTH + j] = from[p·row + i·WIDTH + j] for i < panels, p < count, j < WIDTH. Some steps at a
/// time: lines that are neighbours are read together, and written together.
ALONE static void KERNEL(pack_across)(const float *from, long row, long count, long panels, long panel,
                                      float *out) {
  enum { STEPS = 8 };
  long p = 0;
  for (; p + STEPS <= count; p += STEPS)
    for (long i = 0; i < panels; i++) {
      const float *place = from + p * row + i * WIDTH;
      float *to = out + i * panel + p * WIDTH;
      EACH(s, STEPS) STORE(to + s * WIDTH, LOAD(place + s * row));
    }
  for (; p < count; p++)
    for (long i = 0; i < panels; i++) STORE(out + i * panel + p * WIDTH, LOAD(from + p * row + i * WIDTH));
}

ALONE static void KERNEL(round)(float *values, long count) {
  long i = 0;
  for (; i + WIDTH <= count; i += WIDTH) STORE(values + i, rounded(LOAD(values + i)));
  if (i < count) STORE_PART(values + i, count - i, rounded(LOAD_PART(values + i, count - i)));
}

ALONE static void KERNEL(add)(float *to, const float *from, long count) {
  long i = 0;
  for (; i + WIDTH <= count; i += WIDTH) STORE(to + i, LOAD(to + i) + LOAD(from + i));
  if (i < count) STORE_PART(to + i, count - i, LOAD_PART(to + i, count - i) + LOAD_PART(from + i, count - i));
}
