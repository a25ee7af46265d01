// The updates of optimiser_kernels.h. Included after tile_reductions.h.

/// Runs `body` with the offset `i` for whole vectors, then once with `part` elements for the rest, on
/// copies: GET reads a vector of an array, PUT writes one.
#define FOR_VECTORS(count, body)                                          \
  do {                                                                    \
    size_t i = 0, part = LANES;                                           \
    for (; i + LANES <= (count); i += LANES) { body }                     \
    part = (count) - i;                                                   \
    if (part > 0) { body }                                                \
  } while (0)
#define GET(array) (part == LANES ? LOAD((array) + i) : load_part((array) + i, part))
#define PUT(array, value)                                                 \
  do {                                                                    \
    if (part == LANES) STORE((array) + i, (value));                       \
    else store_part((array) + i, (value), part);                          \
  } while (0)

WIDE static void KERNEL(sgd)(const ouroboros_sgd *options, const float *gradient, float *parameters,
                             float *velocity, size_t count) {
  const ouroboros_sgd o = *options;
  FOR_VECTORS(count, {
    vec p = GET(parameters);
    vec d = GET(gradient) * o.gradient_scale + p * o.weight_decay;
    if (velocity != NULL) {
      vec v = GET(velocity) * o.momentum + d;
      PUT(velocity, v);
      d = o.nesterov ? d + v * o.momentum : v;
    }
    PUT(parameters, p - d * o.rate);
  });
}

WIDE static void KERNEL(rmsprop)(const ouroboros_rmsprop *options, const float *gradient,
                                 float *parameters, float *square, float *velocity, float *mean,
                                 size_t count) {
  const ouroboros_rmsprop o = *options;
  const float rest = 1.0f - o.alpha;
  FOR_VECTORS(count, {
    vec p = GET(parameters);
    vec g = GET(gradient) * o.gradient_scale + p * o.weight_decay;
    vec s = GET(square) * o.alpha + (g * g) * rest;
    PUT(square, s);
    if (mean != NULL) {
      vec m = GET(mean);
      m += (g - m) * rest;
      PUT(mean, m);
      s -= m * m;
    }
    vec u = g / (root(s) + o.epsilon);
    if (velocity != NULL) {
      u = GET(velocity) * o.momentum + u;
      PUT(velocity, u);
    }
    PUT(parameters, p - u * o.rate);
  });
}

WIDE static void KERNEL(adam)(const ouroboros_adam *options, const float *gradient,
                              float *parameters, float *mean, float *square, size_t count) {
  const ouroboros_adam o = *options;
  const float coupled = o.decoupled ? 0.0f : o.weight_decay;
  const float kept = o.decoupled ? 1.0f - o.rate * o.weight_decay : 1.0f;
  const float step = o.rate / o.correction1, root_scale = 1.0f / __builtin_sqrtf(o.correction2);
  const float rest1 = 1.0f - o.beta1, rest2 = 1.0f - o.beta2;
  FOR_VECTORS(count, {
    vec p = GET(parameters);
    vec g = GET(gradient) * o.gradient_scale + p * coupled;
    vec m = GET(mean);
    m += (g - m) * rest1;
    PUT(mean, m);
    vec v = GET(square) * o.beta2 + (g * g) * rest2;
    PUT(square, v);
    PUT(parameters, p * kept - (m * step) / (root(v) * root_scale + o.epsilon));
  });
}

WIDE static void KERNEL(moving_average)(
    float decay, const float *parameters, float *average, size_t count) {
  const float rest = 1.0f - decay;
  FOR_VECTORS(count, {
    vec a = GET(average);
    PUT(average, a + (GET(parameters) - a) * rest);
  });
}

WIDE static void KERNEL(clip)(float low, float high, float *x, size_t count) {
  FOR_VECTORS(count, { PUT(x, at_most(at_least(GET(x), low), high)); });
}

WIDE static void KERNEL(scale)(float scale, float *x, size_t count) {
  FOR_VECTORS(count, { PUT(x, GET(x) * scale); });
}

WIDE static void KERNEL(fill)(float value, float *x, size_t count) {
  FOR_VECTORS(count, { PUT(x, splat(value)); });
}

WIDE static void KERNEL(add)(const float *x, float *sums, size_t count) {
  FOR_VECTORS(count, { PUT(sums, GET(sums) + GET(x)); });
}

/// Σ x² of at most 4,096 elements: four chains of 16 lanes, (0 + 1) + (2 + 3), then the lanes.
INLINE float sum_of_squares_of_piece(const float *x, size_t count) {
  vec chains[4] = {{0}};
  size_t j = 0;
  for (; j + 4 * LANES <= count; j += 4 * LANES)
    for (int chain = 0; chain < 4; chain++) {
      vec a = LOAD(x + j + LANES * chain);
      chains[chain] += a * a;
    }
  FOR_VECTORS(count - j, {
    vec a = part == LANES ? LOAD(x + j + i) : load_part(x + j + i, part);
    chains[0] += a * a;
  });
  return sum_of_lanes((chains[0] + chains[1]) + (chains[2] + chains[3]));
}

WIDE static double KERNEL(sum_of_squares)(const float *x, size_t count) {
  double total = 0;
  for (size_t start = 0; start < count; start += 4096) {
    const size_t piece = count - start < 4096 ? count - start : 4096;
    double sum = sum_of_squares_of_piece(x + start, piece);
    if (sum == __builtin_inf()) {
      sum = 0;
      for (size_t i = start; i < start + piece; i++) sum += (double)x[i] * x[i];
    }
    total += sum;
  }
  return total;
}

/// The exponent bits of NaN and ±∞ are all set.
WIDE static int KERNEL(all_finite)(const float *x, size_t count) {
  size_t start = 0;
  for (; start + 4 * LANES <= count; start += 4 * LANES) {
    vec_int bad = {0};
    for (int k = 0; k < 4; k++)
      bad |= ((vec_bits)LOAD(x + start + k * LANES) & 0x7f800000u) == 0x7f800000u;
    if (__builtin_reduce_or(bad) != 0) return 0;
  }
  for (; start < count; start++)
    if (!(x[start] - x[start] == 0.0f)) return 0;
  return 1;
}

#undef FOR_VECTORS
#undef GET
#undef PUT
