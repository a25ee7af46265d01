// The transforms of Winograd's minimal filtering F(2×2, 3×3), vectors along channels (Lavin and Gray, CVPR
// 2016, section 4.1). Included after product_tile.h.

// For four numbers: Bᵀ = [1 0 −1 0; 0 1 1 0; 0 −1 1 0; 0 1 0 −1] before the products, its likes for weights
// and gradients, and Aᵀ = [1 1 1 0; 0 1 −1 −1] after them.

INLINE vector some(const float *p, int whole, long part) { return whole ? LOAD(p) : LOAD_PART(p, part); }

INLINE void put(float *p, vector v, int whole, long part) {
  if (whole) STORE(p, v);
  else STORE_PART(p, part, v);
}

/// Runs `body(channel, whole, part)` for all channels, the last vector perhaps in part.
#define ALONG_CHANNELS(channels, body)                                     \
  do {                                                                     \
    long channel = 0;                                                      \
    for (; channel + WIDTH <= (channels); channel += WIDTH) body(channel, 1, WIDTH); \
    if (channel < (channels)) body(channel, 0, (channels) - channel);      \
  } while (0)

/// to[4i + j] = (Bᵀ d B)[i][j] for the 4×4 pixels d.
ALONE static void KERNEL(winograd_pixels)(const float *const d[16], long channels, float *to, long plane) {
#define BODY(channel, whole, part)                                                          \
  do {                                                                                      \
    vector rows[16];                                                                        \
    EACH(j, 4) {                                                                            \
      const vector a = some(d[j] + (channel), whole, part), b = some(d[4 + j] + (channel), whole, part); \
      const vector c = some(d[8 + j] + (channel), whole, part), e = some(d[12 + j] + (channel), whole, part); \
      rows[j] = a - c;                                                                      \
      rows[4 + j] = b + c;                                                                  \
      rows[8 + j] = c - b;                                                                  \
      rows[12 + j] = b - e;                                                                 \
    }                                                                                       \
    EACH(i, 4) {                                                                            \
      const vector *row = rows + 4 * i;                                                     \
      float *out = to + 4 * i * plane + (channel);                                          \
      put(out, row[0] - row[2], whole, part);                                               \
      put(out + plane, row[1] + row[2], whole, part);                                       \
      put(out + 2 * plane, row[2] - row[1], whole, part);                                   \
      put(out + 3 * plane, row[1] - row[3], whole, part);                                   \
    }                                                                                       \
  } while (0)
  ALONG_CHANNELS(channels, BODY);
#undef BODY
}

/// to[4i + j] = (G g Gᵀ)[i][j] for the 3×3 weights g, G = [1 0 0; ½ ½ ½; ½ −½ ½; 0 0 1].
ALONE static void KERNEL(winograd_weights)(const float *const g[9], long channels, float *to, long plane) {
#define BODY(channel, whole, part)                                                          \
  do {                                                                                      \
    vector rows[12];                                                                        \
    EACH(j, 3) {                                                                            \
      const vector a = some(g[j] + (channel), whole, part), b = some(g[3 + j] + (channel), whole, part); \
      const vector c = some(g[6 + j] + (channel), whole, part);                             \
      rows[j] = a;                                                                          \
      rows[3 + j] = (a + c + b) * 0.5f;                                                     \
      rows[6 + j] = (a + c - b) * 0.5f;                                                     \
      rows[9 + j] = c;                                                                      \
    }                                                                                       \
    EACH(i, 4) {                                                                            \
      const vector *row = rows + 3 * i;                                                     \
      float *out = to + 4 * i * plane + (channel);                                          \
      put(out, row[0], whole, part);                                                        \
      put(out + plane, (row[0] + row[2] + row[1]) * 0.5f, whole, part);                     \
      put(out + 2 * plane, (row[0] + row[2] - row[1]) * 0.5f, whole, part);                 \
      put(out + 3 * plane, row[2], whole, part);                                            \
    }                                                                                       \
  } while (0)
  ALONG_CHANNELS(channels, BODY);
#undef BODY
}

/// out[2i + j] = activation((old) + (Aᵀ m A)[i][j] + bias) for the 4×4 products m; a pixel that does not
/// exist is NULL.
ALONE static void KERNEL(winograd_sums)(const float *m, long plane, long channels, float *const out[4],
                                        const struct winograd_epilogue *x) {
#define BODY(channel, whole, part)                                                          \
  do {                                                                                      \
    vector rows[8];                                                                         \
    EACH(j, 4) {                                                                            \
      const float *from = m + j * plane + (channel);                                        \
      const vector a = some(from, whole, part), b = some(from + 4 * plane, whole, part);    \
      const vector c = some(from + 8 * plane, whole, part), e = some(from + 12 * plane, whole, part); \
      rows[j] = a + b + c;                                                                  \
      rows[4 + j] = b - c - e;                                                              \
    }                                                                                       \
    const vector bias = x->bias ? some(x->bias + (channel), whole, part) : (vector){0};     \
    EACH(q, 4) if (out[q]) {                                                                \
      const vector *row = rows + q / 2 * 4;                                                 \
      vector sum = q % 2 == 0 ? row[0] + row[1] + row[2] : row[1] - row[2] - row[3];        \
      if (x->accumulate) sum = some(out[q] + (channel), whole, part) + sum;                 \
      sum += bias;                                                                          \
      if (x->activation != OUROBOROS_ACTIVATION_NONE)                                       \
        sum = activated(sum, x->activation, x->slope);                                      \
      put(out[q] + (channel), sum, whole, part);                                            \
    }                                                                                       \
  } while (0)
  ALONG_CHANNELS(channels, BODY);
#undef BODY
}

/// to[4i + j] = (A d Aᵀ)[i][j] for 2×2 gradients d.
ALONE static void KERNEL(winograd_gradients)(const float *const d[4], long channels, float *to, long plane) {
#define BODY(channel, whole, part)                                                          \
  do {                                                                                      \
    vector rows[8];                                                                         \
    EACH(j, 2) {                                                                            \
      const vector a = some(d[j] + (channel), whole, part), b = some(d[2 + j] + (channel), whole, part); \
      rows[j] = a;                                                                          \
      rows[2 + j] = a + b;                                                                  \
      rows[4 + j] = a - b;                                                                  \
      rows[6 + j] = -b;                                                                     \
    }                                                                                       \
    EACH(i, 4) {                                                                            \
      const vector *row = rows + 2 * i;                                                     \
      float *out = to + 4 * i * plane + (channel);                                          \
      put(out, row[0], whole, part);                                                        \
      put(out + plane, row[0] + row[1], whole, part);                                       \
      put(out + 2 * plane, row[0] - row[1], whole, part);                                   \
      put(out + 3 * plane, -row[1], whole, part);                                           \
    }                                                                                       \
  } while (0)
  ALONG_CHANNELS(channels, BODY);
#undef BODY
}

/// out[3i + j] (+)= (Gᵀ s G)[i][j] for the 4×4 sums s.
ALONE static void KERNEL(winograd_weight_sums)(const float *s, long plane, long channels, int accumulate,
                                               float *const out[9]) {
#define BODY(channel, whole, part)                                                          \
  do {                                                                                      \
    vector rows[12];                                                                        \
    EACH(j, 4) {                                                                            \
      const float *from = s + j * plane + (channel);                                        \
      const vector a = some(from, whole, part), b = some(from + 4 * plane, whole, part);    \
      const vector c = some(from + 8 * plane, whole, part), e = some(from + 12 * plane, whole, part); \
      rows[j] = a + (b + c) * 0.5f;                                                         \
      rows[4 + j] = (b - c) * 0.5f;                                                         \
      rows[8 + j] = e + (b + c) * 0.5f;                                                     \
    }                                                                                       \
    EACH(i, 3) {                                                                            \
      const vector *row = rows + 4 * i;                                                     \
      vector sums[3] = {row[0] + (row[1] + row[2]) * 0.5f, (row[1] - row[2]) * 0.5f,        \
                        row[3] + (row[1] + row[2]) * 0.5f};                                 \
      EACH(j, 3) {                                                                          \
        float *to = out[3 * i + j] + (channel);                                             \
        put(to, accumulate ? some(to, whole, part) + sums[j] : sums[j], whole, part);       \
      }                                                                                     \
    }                                                                                       \
  } while (0)
  ALONG_CHANNELS(channels, BODY);
#undef BODY
}
