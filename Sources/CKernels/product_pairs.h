// Products of pairs of bfloat16 with Float sums: one instruction multiplies and adds both. Included after
// product_pack.h with the target attribute for avx512_bf16.

/// One step of all sums: += a[·][place]·b[·], two products a lane.
INLINE void pair_step(int rows, int vectors, const char *const a[ROWS], long place, const float *b,
                      vector sums[ROWS][VECTORS]) {
  vector right[VECTORS];
  EACH(v, vectors) right[v] = LOAD(b + v * WIDTH);
  EACH(r, rows) {
    const __m512bh left = (__m512bh)_mm512_set1_ps(*(const float *)(a[r] + place));
    EACH(v, vectors)
    sums[r][v] = (vector)_mm512_dpbf16_ps((__m512)sums[r][v], left, (__m512bh)right[v]);
  }
}

INLINE void pair_tile_of(const struct tile *tile, const int rows, const int vectors) {
  // The instruction takes six cycles: one set more than the tiles of Floats would need.
  const int sets = rows * vectors >= 12 ? 1 : rows * vectors >= 6 ? 2 : 4;
  vector sums[4][ROWS][VECTORS];
  const char *a[ROWS];
  EACH(r, rows) a[r] = (const char *)tile->a[r];
  EACH(s, sets) EACH(r, rows) EACH(v, vectors) sums[s][r][v] = (vector){0};
  const long a_step = tile->a_step * 4, b_step = tile->b_step;
  const float *b = tile->b;
  for (long segment = 0; segment < tile->segments; segment++) {
    long place = tile->a_offsets[segment] * 4;
    if (tile->b_offsets) b = tile->b + tile->b_offsets[segment];
    long p = tile->length;
    for (; p >= sets; p -= sets)
      EACH(s, sets) {
        pair_step(rows, vectors, a, place, b, sums[s]);
        place += a_step;
        b += b_step;
      }
    if (sets > 1)
      for (; p > 0; p--) {
        pair_step(rows, vectors, a, place, b, sums[0]);
        place += a_step;
        b += b_step;
      }
  }
  if (sets == 4) EACH(s, 2) EACH(r, rows) EACH(v, vectors) sums[s][r][v] += sums[s + 2][r][v];
  if (sets >= 2) EACH(r, rows) EACH(v, vectors) sums[0][r][v] += sums[1][r][v];
  if (tile->columns == vectors * WIDTH) finish(tile, rows, vectors, 1, sums[0]);
  else finish(tile, rows, vectors, 0, sums[0]);
}

#define PAIR_TILE(rows, vectors)                                                                \
  ALONE static void pair_tile_##rows##_##vectors(const struct tile *tile) {                     \
    pair_tile_of(tile, rows, vectors);                                                          \
  }
#define PAIR_TILES(rows) PAIR_TILE(rows, 1) PAIR_TILE(rows, 2) PAIR_TILE(rows, 3)
#define PAIR_TILE_NAMES(rows) \
  { pair_tile_##rows##_1, pair_tile_##rows##_2, pair_tile_##rows##_3 }

PAIR_TILES(1)
PAIR_TILES(2)
PAIR_TILES(3)
PAIR_TILES(4)
PAIR_TILES(5)
PAIR_TILES(6)
PAIR_TILES(7)
PAIR_TILES(8)

/// Pairs of the entries of two vectors, `low` in the lower halves.
INLINE vector pairs(vector low, vector high) {
  const __m512i both = (__m512i)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low);
  const __m512i order = _mm512_set_epi16(
      31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2,
      17, 1, 16, 0);
  return (vector)_mm512_permutexvar_epi16(order, both);
}

INLINE vector load_some(const float *p, long count) {
  return count >= WIDTH ? LOAD(p) : count > 0 ? LOAD_PART(p, count) : (vector){0};
}

/// Rows contiguous.
INLINE void pack_pair_rows(const float *from, long row, long count, long columns, long pitch, float *out) {
  for (long p = 0; p < count; p += 2, from += 2 * row, out += pitch)
    for (long j = 0; j < pitch; j += WIDTH) {
      const vector low = load_some(from + j, columns - j);
      const vector high = p + 1 < count ? load_some(from + row + j, columns - j) : (vector){0};
      STORE(out + j, pairs(low, high));
    }
}

/// Columns contiguous: 32 entries of each of 16 columns become 16 rows of pairs.
INLINE void pack_pair_columns(const float *from, long column, long count, long columns, long pitch,
                              float *out) {
  for (long j = 0; j < pitch; j += WIDTH, from += WIDTH * column, out += WIDTH) {
    const long there = columns - j;
    for (long p = 0; p < count; p += 2 * WIDTH) {
      vector t[WIDTH];
      if (there >= WIDTH && count - p >= 2 * WIDTH) {
        EACH(i, WIDTH) {
          const float *at = from + i * column + p;
          t[i] = (vector)_mm512_cvtne2ps_pbh((__m512)LOAD(at + WIDTH), (__m512)LOAD(at));
        }
        transpose(t);
        EACH(i, WIDTH) STORE(out + (p / 2 + i) * pitch, t[i]);
      } else {
        const long left = count - p;
        EACH(i, WIDTH) {
          const float *at = from + i * column + p;
          t[i] = i < there ? (vector)_mm512_cvtne2ps_pbh((__m512)load_some(at + WIDTH, left - WIDTH),
                                                         (__m512)load_some(at, left))
                           : (vector){0};
        }
        transpose(t);
        EACH(i, WIDTH) if (2 * i < left) STORE(out + (p / 2 + i) * pitch, t[i]);
      }
    }
  }
}

ALONE static void pack_pairs(const float *from, long row, long column, long count, long columns, long pitch,
                             float *out) {
  if (column == 1) {
    pack_pair_rows(from, row, count, columns, pitch, out);
  } else if (row == 1) {
    pack_pair_columns(from, column, count, columns, pitch, out);
  } else {
    for (long p = 0; p < count; p += 2, out += pitch)
      for (long j = 0; j < pitch; j += WIDTH) {
        vector low = {0}, high = {0};
        for (long i = 0; i < WIDTH && j + i < columns; i++) {
          low[i] = from[p * row + (j + i) * column];
          if (p + 1 < count) high[i] = from[(p + 1) * row + (j + i) * column];
        }
        STORE(out + j, pairs(low, high));
      }
  }
}
