// The transforms of Winograd's minimal filtering F(m×m, r×r), vectors along channels (Lavin and Gray, CVPR
// 2016, sections 3 and 4.1): y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A for m×m sums y of r×r weights g and pixels d. The
// interpolation points are 0, 1, −1, ∞ for F(2, 3) and 0, 1, −1, ½, ∞ for F(4, 2). F(3, 2) does without ½ and
// has the weights of F(4, 2) at the other points, so an axis can be cut into tiles of both. Included after
// product_tile.h.

// Along one axis: Bᵀ for pixels, G for weights, Aᵀ for sums, and the transposes A and Gᵀ for the gradient of
// the weights.

typedef void along_axis(const vector *from, vector *to);

INLINE void pixels_2_3(const vector *d, vector *to) {
  to[0] = d[0] - d[2];
  to[1] = d[1] + d[2];
  to[2] = d[2] - d[1];
  to[3] = d[1] - d[3];
}

INLINE void weights_2_3(const vector *g, vector *to) {
  to[0] = g[0];
  to[1] = (g[0] + g[2] + g[1]) * 0.5f;
  to[2] = (g[0] + g[2] - g[1]) * 0.5f;
  to[3] = g[2];
}

INLINE void sums_2_3(const vector *m, vector *to) {
  to[0] = m[0] + m[1] + m[2];
  to[1] = m[1] - m[2] - m[3];
}

INLINE void gradients_2_3(const vector *d, vector *to) {
  to[0] = d[0];
  to[1] = d[0] + d[1];
  to[2] = d[0] - d[1];
  to[3] = -d[1];
}

INLINE void weight_sums_2_3(const vector *s, vector *to) {
  const vector middle = (s[1] + s[2]) * 0.5f;
  to[0] = s[0] + middle;
  to[1] = (s[1] - s[2]) * 0.5f;
  to[2] = s[3] + middle;
}

INLINE void pixels_4_2(const vector *d, vector *to) {
  const vector half = (d[2] - d[1]) * 0.5f;
  to[3] = d[3] - d[1];
  to[0] = to[3] + (d[0] - d[2]) * 0.5f;
  to[1] = d[3] + half;
  to[2] = d[3] - d[2] - half;
  to[4] = d[4] - d[2] - to[3] * 0.5f;
}

INLINE void pixels_3_2(const vector *d, vector *to) {
  to[0] = (d[0] - d[2]) * 0.5f;
  to[1] = (d[1] + d[2]) * 0.5f;
  to[2] = (d[1] - d[2]) * 1.5f;
  to[3] = d[3] - d[1];
}

INLINE void weights_4_2(const vector *g, vector *to) {
  to[0] = g[0] * 2;
  to[1] = g[0] + g[1];
  to[2] = (g[1] - g[0]) * (1.0f / 3);
  to[3] = (g[0] * 2 + g[1]) * (-4.0f / 3);
  to[4] = g[1];
}

INLINE void sums_4_2(const vector *m, vector *to) {
  const vector sum = m[1] + m[2], difference = m[1] - m[2];
  to[0] = m[0] + sum + m[3];
  to[1] = difference + m[3] * 0.5f;
  to[2] = sum + m[3] * 0.25f;
  to[3] = difference + m[3] * 0.125f + m[4];
}

INLINE void sums_3_2(const vector *m, vector *to) {
  const vector sum = m[1] + m[2];
  to[0] = m[0] + sum;
  to[1] = m[1] - m[2];
  to[2] = sum + m[3];
}

INLINE void gradients_4_2(const vector *d, vector *to) {
  const vector even = d[0] + d[2], odd = d[1] + d[3];
  to[0] = d[0];
  to[1] = even + odd;
  to[2] = even - odd;
  to[3] = d[0] + d[2] * 0.25f + (d[1] + d[3] * 0.25f) * 0.5f;
  to[4] = d[3];
}

INLINE void gradients_3_2(const vector *d, vector *to) {
  const vector even = d[0] + d[2];
  to[0] = d[0];
  to[1] = even + d[1];
  to[2] = even - d[1];
  to[3] = d[2];
}

INLINE void weight_sums_4_2(const vector *s, vector *to) {
  const vector third = s[2] * (1.0f / 3), point = s[3] * (4.0f / 3);
  to[0] = s[0] * 2 + s[1] - third - point * 2;
  to[1] = s[1] + third - point + s[4];
}

INLINE vector some(const float *p, int whole, long part) { return whole ? LOAD(p) : LOAD_PART(p, part); }

INLINE void put(float *p, vector v, int whole, long part) {
  if (whole) STORE(p, v);
  else STORE_PART(p, part, v);
}

/// A transform along one axis, and how many numbers it takes and gives.
struct along {
  along_axis *apply;
  int from, to;
};

/// y = L x Rᵀ for x [down.from][across.from], L being `down` and R `across`.
INLINE void along_both(const struct along down, const struct along across, const vector *x, vector *y) {
  vector rows[25];
  EACH(j, across.from) {
    vector column[5], result[5];
    EACH(i, down.from) column[i] = x[i * across.from + j];
    down.apply(column, result);
    EACH(i, down.to) rows[i * across.from + j] = result[i];
  }
  EACH(i, down.to) across.apply(rows + i * across.from, y + i * across.to);
}

/// The position of number (i, j) of [down][across], which lack the last point but one where they are below
/// `side`.
INLINE int position_of(int i, int j, int down, int across, int side) {
  return (i + 1 == down ? side - 1 : i) * side + (j + 1 == across ? side - 1 : j);
}

/// Calls `body(channel, whole, part)` for all channels, the last vector perhaps in part.
#define ALONG_CHANNELS(channels, body)                                     \
  do {                                                                     \
    long channel = 0;                                                      \
    for (; channel + WIDTH <= (channels); channel += WIDTH) body(channel, 1, WIDTH); \
    if (channel < (channels)) body(channel, 0, (channels) - channel);      \
  } while (0)

/// Transforms pixels, or weights, to side×side positions that lie `plane` floats apart.
INLINE void apart(const struct along down, const struct along across, int side, const float *const *pixels,
                  long channels, float *out, long plane) {
#define BODY(channel, whole, part)                                                                  \
  do {                                                                                              \
    vector x[25], y[25];                                                                            \
    EACH(i, down.from * across.from) x[i] = some(pixels[i] + (channel), whole, part);               \
    along_both(down, across, x, y);                                                                 \
    EACH(i, down.to) EACH(j, across.to)                                                             \
        put(out + position_of(i, j, down.to, across.to, side) * plane + (channel), y[i * across.to + j], whole, \
            part);                                                                                  \
  } while (0)
  ALONG_CHANNELS(channels, BODY);
#undef BODY
}

/// Transforms side×side positions that lie `plane` floats apart to pixels, or weights:
/// pixels[i] = activation((old) + … + bias); one that does not exist is NULL.
INLINE void together(const struct along down, const struct along across, int side, const float *positions,
                     long plane, long channels, float *const *pixels, const struct winograd_epilogue *epilogue) {
#define BODY(channel, whole, part)                                                                  \
  do {                                                                                              \
    vector x[25], y[16];                                                                            \
    EACH(i, down.from) EACH(j, across.from)                                                         \
        x[i * across.from + j] = some(                                                              \
            positions + position_of(i, j, down.from, across.from, side) * plane + (channel), whole, part); \
    along_both(down, across, x, y);                                                                 \
    const vector bias =                                                                             \
        epilogue->bias ? some(epilogue->bias + (channel), whole, part) : (vector){0};               \
    EACH(i, down.to * across.to) if (pixels[i]) {                                                   \
      vector sum = y[i];                                                                            \
      if (epilogue->accumulate) sum = some(pixels[i] + (channel), whole, part) + sum;               \
      sum += bias;                                                                                  \
      if (epilogue->activation != OUROBOROS_ACTIVATION_NONE)                                        \
        sum = activated(sum, epilogue->activation, epilogue->slope);                                \
      put(pixels[i] + (channel), sum, whole, part);                                                 \
    }                                                                                               \
  } while (0)
  ALONG_CHANNELS(channels, BODY);
#undef BODY
}

#define APART(name, down, across, side)                                                               \
  ALONE static void KERNEL(winograd_##name)(const float *const *pixels, long channels, float *out,    \
                                            long plane) {                                             \
    apart(down, across, side, pixels, channels, out, plane);                                          \
  }
#define TOGETHER(name, down, across, side)                                                            \
  ALONE static void KERNEL(winograd_##name)(const float *positions, long plane, long channels,        \
                                            float *const *pixels,                                     \
                                            const struct winograd_epilogue *epilogue) {               \
    together(down, across, side, positions, plane, channels, pixels, epilogue);                       \
  }
#define ALONG(transform, from, to) ((struct along){transform, from, to})

#define OF_TILES(m, r, rows, columns)                                                                 \
  APART(pixels_##rows##_##columns##_##r, ALONG(pixels_##rows##_##r, rows + r - 1, rows + r - 1),      \
        ALONG(pixels_##columns##_##r, columns + r - 1, columns + r - 1), m + r - 1)                   \
  APART(gradients_##rows##_##columns##_##r, ALONG(gradients_##rows##_##r, rows, rows + r - 1),        \
        ALONG(gradients_##columns##_##r, columns, columns + r - 1), m + r - 1)                        \
  TOGETHER(sums_##rows##_##columns##_##r, ALONG(sums_##rows##_##r, rows + r - 1, rows),               \
           ALONG(sums_##columns##_##r, columns + r - 1, columns), m + r - 1)
#define OF_WEIGHTS(m, r)                                                                              \
  APART(weights_##m##_##r, ALONG(weights_##m##_##r, r, m + r - 1), ALONG(weights_##m##_##r, r, m + r - 1), \
        m + r - 1)                                                                                    \
  TOGETHER(weight_sums_##m##_##r, ALONG(weight_sums_##m##_##r, m + r - 1, r),                         \
           ALONG(weight_sums_##m##_##r, m + r - 1, r), m + r - 1)

OF_TILES(2, 3, 2, 2)
OF_WEIGHTS(2, 3)
OF_TILES(4, 2, 4, 4)
OF_TILES(4, 2, 4, 3)
OF_TILES(4, 2, 3, 4)
OF_TILES(4, 2, 3, 3)
OF_WEIGHTS(4, 2)

#define TILE_TRANSFORMS(rows, columns, r)                                                             \
  {KERNEL(winograd_pixels_##rows##_##columns##_##r), KERNEL(winograd_gradients_##rows##_##columns##_##r), \
   KERNEL(winograd_sums_##rows##_##columns##_##r)}
#define WEIGHT_TRANSFORMS(m, r)                                                                       \
  .weights = KERNEL(winograd_weights_##m##_##r), .weight_sums = KERNEL(winograd_weight_sums_##m##_##r)

#define WINOGRAD_2_3                                                                                  \
  {.outputs = 2, .taps = 3, WEIGHT_TRANSFORMS(2, 3), .tiles = {[WHOLE_TILE] = TILE_TRANSFORMS(2, 2, 3)}}
#define WINOGRAD_4_2                                                                                  \
  {.outputs = 4, .taps = 2, .has_short_tiles = 1, WEIGHT_TRANSFORMS(4, 2),                            \
   .tiles = {[LOW_TILE] = TILE_TRANSFORMS(3, 4, 2), [WHOLE_TILE] = TILE_TRANSFORMS(4, 4, 2),          \
             [NARROW_TILE] = TILE_TRANSFORMS(4, 3, 2), [SMALL_TILE] = TILE_TRANSFORMS(3, 3, 2)}}
