// The transforms of Winograd's minimal filtering F(m×m, r×r), vectors along channels (Lavin and Gray, CVPR
// 2016, sections 3 and 4.1): y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A for m×m sums y of r×r weights g and pixels d. The
// interpolation points are 0, 1, −1, ∞ for F(2, 3) and 0, 1, −1, ½, ∞ for F(4, 2). Included after
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

INLINE void gradients_4_2(const vector *d, vector *to) {
  const vector even = d[0] + d[2], odd = d[1] + d[3];
  to[0] = d[0];
  to[1] = even + odd;
  to[2] = even - odd;
  to[3] = d[0] + d[2] * 0.25f + (d[1] + d[3] * 0.25f) * 0.5f;
  to[4] = d[3];
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

/// y[i·to + j] = (L x Lᵀ)[i][j] for the from×from numbers x, `along` being L.
INLINE void along_both(along_axis along, int from, int to, const vector *x, vector *y) {
  vector rows[25];
  EACH(j, from) {
    vector column[5], result[5];
    EACH(i, from) column[i] = x[i * from + j];
    along(column, result);
    EACH(i, to) rows[i * from + j] = result[i];
  }
  EACH(i, to) along(rows + i * from, y + i * to);
}

/// Calls `body(channel, whole, part)` for all channels, the last vector perhaps in part.
#define ALONG_CHANNELS(channels, body)                                     \
  do {                                                                     \
    long channel = 0;                                                      \
    for (; channel + WIDTH <= (channels); channel += WIDTH) body(channel, 1, WIDTH); \
    if (channel < (channels)) body(channel, 0, (channels) - channel);      \
  } while (0)

/// Transforms from×from pixels, or weights, to positions that lie `plane` floats apart.
INLINE void apart(along_axis along, int from, int to, const float *const *pixels, long channels, float *out,
                  long plane) {
#define BODY(channel, whole, part)                                                     \
  do {                                                                                 \
    vector x[25], y[25];                                                               \
    EACH(i, from * from) x[i] = some(pixels[i] + (channel), whole, part);              \
    along_both(along, from, to, x, y);                                                 \
    EACH(i, to * to) put(out + i * plane + (channel), y[i], whole, part);              \
  } while (0)
  ALONG_CHANNELS(channels, BODY);
#undef BODY
}

/// Transforms positions that lie `plane` floats apart to to×to pixels, or weights:
/// pixels[i] = activation((old) + … + bias); one that does not exist is NULL.
INLINE void together(along_axis along, int from, int to, const float *positions, long plane, long channels,
                     float *const *pixels, const struct winograd_epilogue *epilogue) {
#define BODY(channel, whole, part)                                                     \
  do {                                                                                 \
    vector x[25], y[16];                                                               \
    EACH(i, from * from) x[i] = some(positions + i * plane + (channel), whole, part);  \
    along_both(along, from, to, x, y);                                                 \
    const vector bias =                                                                \
        epilogue->bias ? some(epilogue->bias + (channel), whole, part) : (vector){0};  \
    EACH(i, to * to) if (pixels[i]) {                                                  \
      vector sum = y[i];                                                               \
      if (epilogue->accumulate) sum = some(pixels[i] + (channel), whole, part) + sum;  \
      sum += bias;                                                                     \
      if (epilogue->activation != OUROBOROS_ACTIVATION_NONE)                           \
        sum = activated(sum, epilogue->activation, epilogue->slope);                   \
      put(pixels[i] + (channel), sum, whole, part);                                    \
    }                                                                                  \
  } while (0)
  ALONG_CHANNELS(channels, BODY);
#undef BODY
}

#define APART(name, from, to)                                                                         \
  ALONE static void KERNEL(winograd_##name)(const float *const *pixels, long channels, float *out,    \
                                            long plane) {                                             \
    apart(name, from, to, pixels, channels, out, plane);                                              \
  }
#define TOGETHER(name, from, to)                                                                      \
  ALONE static void KERNEL(winograd_##name)(const float *positions, long plane, long channels,        \
                                            float *const *pixels,                                     \
                                            const struct winograd_epilogue *epilogue) {               \
    together(name, from, to, positions, plane, channels, pixels, epilogue);                           \
  }

APART(pixels_2_3, 4, 4)
APART(weights_2_3, 3, 4)
APART(gradients_2_3, 2, 4)
TOGETHER(sums_2_3, 4, 2)
TOGETHER(weight_sums_2_3, 4, 3)
APART(pixels_4_2, 5, 5)
APART(weights_4_2, 2, 5)
APART(gradients_4_2, 4, 5)
TOGETHER(sums_4_2, 5, 4)
TOGETHER(weight_sums_4_2, 5, 2)

#define WINOGRAD(m, r)                                                                                \
  {.outputs = m, .taps = r, .pixels = KERNEL(winograd_pixels_##m##_##r),                              \
   .weights = KERNEL(winograd_weights_##m##_##r), .gradients = KERNEL(winograd_gradients_##m##_##r),  \
   .sums = KERNEL(winograd_sums_##m##_##r), .weight_sums = KERNEL(winograd_weight_sums_##m##_##r)}
