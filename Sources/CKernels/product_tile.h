// The tiles of products. Included once per instruction set, inside its target attribute, with
//   KERNEL(name)   the name of its functions
//   WIDTH, ROWS, VECTORS   floats in a vector, sizes of the largest tile
//   LOAD_PART(p, count), STORE_PART(p, count, v)   the first `count` entries of a vector
//
// All tiles keep their sums in registers: ROWS·VECTORS sums, VECTORS of B, and one entry of A in all lanes.

#pragma STDC FP_CONTRACT ON

#define INLINE static inline __attribute__((always_inline))
#define ALONE __attribute__((noinline, min_vector_width(512)))
#define EACH(variable, count) \
  _Pragma("clang loop unroll(full)") for (int variable = 0; variable < (count); variable++)

typedef float vector __attribute__((vector_size(4 * WIDTH), aligned(4)));
typedef int bits __attribute__((vector_size(4 * WIDTH), aligned(4)));

#define LOAD(p) (*(const vector *)(p))
#define STORE(p, v) (*(vector *)(p) = (v))
#define SPLAT(x) ((vector){0} + (x))

/// x where it is above zero or no number; below, x·slope, and 0 for ReLU: −∞·0 would be no number.
INLINE vector activated(vector x, int activation, float slope) {
  const bits below = x <= 0, kept = (bits){0} - (activation != OUROBOROS_ACTIVATION_RELU);
  return (vector)((below & kept & (bits)(x * SPLAT(slope))) | (~below & (bits)x));
}

/// A multiply-add has its result after some four cycles, and two start in each: fewer sums than this would
/// wait for themselves, so small tiles keep several sets.
enum { SUMS_IN_FLIGHT = 8 };

/// Writes the sums of a tile, of which `part` columns of the last vector exist.
INLINE void finish(const struct tile *tile, int rows, int vectors, int whole, vector sums[ROWS][VECTORS]) {
  const long part = tile->columns - (vectors - 1) * WIDTH;
  const vector alpha = SPLAT(tile->alpha);
  if (tile->accumulate) {
    EACH(r, rows) EACH(v, vectors) {
      const float *out = tile->c[r] + v * WIDTH;
      sums[r][v] = sums[r][v] * alpha + (whole || v + 1 < vectors ? LOAD(out) : LOAD_PART(out, part));
    }
  } else {
    EACH(r, rows) EACH(v, vectors) sums[r][v] *= alpha;
  }
  if (tile->bias) {
    EACH(v, vectors) {
      const float *from = tile->bias + v * WIDTH;
      const vector bias = whole || v + 1 < vectors ? LOAD(from) : LOAD_PART(from, part);
      EACH(r, rows) sums[r][v] += bias;
    }
  }
  if (tile->activation != OUROBOROS_ACTIVATION_NONE) {
    EACH(r, rows) EACH(v, vectors) sums[r][v] = activated(sums[r][v], tile->activation, tile->slope);
  }
  EACH(r, rows) EACH(v, vectors) {
    float *out = tile->c[r] + v * WIDTH;
    if (whole || v + 1 < vectors) STORE(out, sums[r][v]);
    else STORE_PART(out, part, sums[r][v]);
  }
}

/// One step of all sums: += a[·][place]·b[·].
INLINE void step(int rows, int vectors, const char *const a[ROWS], long place, const float *b,
                 vector sums[ROWS][VECTORS]) {
  vector right[VECTORS];
  EACH(v, vectors) right[v] = LOAD(b + v * WIDTH);
  EACH(r, rows) {
    const float left = *(const float *)(a[r] + place);
    EACH(v, vectors) sums[r][v] += left * right[v];
  }
}

INLINE void tile_of(const struct tile *tile, const int rows, const int vectors) {
  const int sets = rows * vectors >= SUMS_IN_FLIGHT ? 1 : rows * vectors * 2 >= SUMS_IN_FLIGHT ? 2 : 4;
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
        step(rows, vectors, a, place, b, sums[s]);
        place += a_step;
        b += b_step;
      }
    if (sets > 1)
      for (; p > 0; p--) {
        step(rows, vectors, a, place, b, sums[0]);
        place += a_step;
        b += b_step;
      }
  }
  if (sets == 4) EACH(s, 2) EACH(r, rows) EACH(v, vectors) sums[s][r][v] += sums[s + 2][r][v];
  if (sets >= 2) EACH(r, rows) EACH(v, vectors) sums[0][r][v] += sums[1][r][v];
  if (tile->columns == vectors * WIDTH) finish(tile, rows, vectors, 1, sums[0]);
  else finish(tile, rows, vectors, 0, sums[0]);
}

#define TILE(rows, vectors)                                                       \
  ALONE static void KERNEL(tile_##rows##_##vectors)(const struct tile *tile) {    \
    tile_of(tile, rows, vectors);                                                 \
  }
#if VECTORS == 3
#define TILES(rows) TILE(rows, 1) TILE(rows, 2) TILE(rows, 3)
#define TILE_NAMES(rows) \
  { KERNEL(tile_##rows##_1), KERNEL(tile_##rows##_2), KERNEL(tile_##rows##_3) }
#else
#define TILES(rows) TILE(rows, 1) TILE(rows, 2)
#define TILE_NAMES(rows) \
  { KERNEL(tile_##rows##_1), KERNEL(tile_##rows##_2) }
#endif

TILES(1)
TILES(2)
TILES(3)
TILES(4)
TILES(5)
TILES(6)
#if ROWS == 8
TILES(7)
TILES(8)
#define ALL_TILES                                                                               \
  TILE_NAMES(1), TILE_NAMES(2), TILE_NAMES(3), TILE_NAMES(4), TILE_NAMES(5), TILE_NAMES(6),     \
      TILE_NAMES(7), TILE_NAMES(8)
#else
#define ALL_TILES \
  TILE_NAMES(1), TILE_NAMES(2), TILE_NAMES(3), TILE_NAMES(4), TILE_NAMES(5), TILE_NAMES(6)
#endif
