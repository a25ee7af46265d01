// Exponential functions and logarithms of vectors of 16 floats, errors at most 2.1 ulp. Polynomials are
// minimax fits (Remez exchange) made for these intervals; each comment gives the error of the
// polynomial. Included after vector_float.h.

/// x = n·ln 2 + r with |r| ≤ ½ ln 2, for |x| < 2²¹. Returns n as a float; `whole` is n.
INLINE vec split_exponent(vec x, vec *r, vec_int *whole) {
  const float magic = 0x1.8p23f;  // adding it rounds to an integer, which stands in the low bits
  vec z = x * 0x1.715476p+0f + magic;
  vec n = z - magic;
  *whole = (vec_int)z - 0x4b400000;
  *r = (x - n * 0x1.62e4p-1f) - n * 0x1.7f7d1cp-20f;
  return n;
}

/// 2ⁿ for −126 ≤ n ≤ 127.
INLINE vec power_of_two(vec_int n) { return (vec)((n + 127) << 23); }

/// y·2ⁿ for −252 ≤ n ≤ 254.
INLINE vec scale_by_power(vec y, vec n, vec_int whole) {
#if defined(VECTOR_AVX512)
  (void)whole;
  return (vec)_mm512_scalef_ps((__m512)y, (__m512)n);
#else
  (void)n;
  vec_int half = whole >> 1;
  return y * power_of_two(half) * power_of_two(whole - half);
#endif
}

/// eˣ. e^r = 1 + r + r²·P(r), error 2⁻²⁸.
INLINE vec exponential(vec x) {
  x = at_least(at_most(x, 89.0f), -104.0f);
  vec r;
  vec_int whole;
  vec n = split_exponent(x, &r, &whole);
  vec p = ((0x1.6a2434p-10f * r + 0x1.1239e2p-7f) * r + 0x1.5558f2p-5f) * r + 0x1.555492p-3f;
  p = p * r + 0x1.fffffcp-2f;
  return scale_by_power((p * r) * r + r + 1.0f, n, whole);
}

/// eˣ − 1 for 0 ≤ x < 88. e^r − 1 = r + r²·P(r), error 2⁻³².
INLINE vec exponential_minus_one(vec x) {
  vec r;
  vec_int whole;
  split_exponent(x, &r, &whole);
  vec p = ((0x1.a1a136p-13f * r + 0x1.6d7444p-10f) * r + 0x1.111090p-7f) * r + 0x1.5554aep-5f;
  p = (p * r + 0x1.555556p-3f) * r + 0.5f;
  vec power = power_of_two(whole);
  return power * ((p * r) * r + r) + (power - 1.0f);
}

/// ln(2ᵏ(1 + f)(1 + d)) for 1 + f in [√½, √2) and |d| < 2⁻²⁰; ln(1 + f) = f − f²/2 + f³·P(f),
/// error 2⁻³⁰.
INLINE vec logarithm_of_parts(vec k, vec f, vec d) {
  vec t = f * f;
  vec t2 = t * t;
  vec p01 = 0x1.555546p-2f + f * -0x1.ffffeep-3f;
  vec p23 = 0x1.99a546p-3f + f * -0x1.5562e2p-3f;
  vec p45 = 0x1.2332cp-3f + f * -0x1.fb436ap-4f;
  vec p67 = 0x1.e650dcp-4f + f * -0x1.e2e84ep-4f;
  vec p = p01 + t * p23 + t2 * (p45 + t * p67 + t2 * 0x1.1b4090p-4f);
  vec tail = (f * t) * p + (k * 0x1.0bfbe8p-15f + d) - 0.5f * t;
  return k * 0x1.62ep-1f + (f + tail);
}

/// x = 2ᵏ(1 + f) for a normal x > 0.
INLINE vec split_logarithm(vec x, vec *f) {
  vec_bits bits = (vec_bits)x;
  vec_int exponent = (vec_int)(bits - 0x3f3504f3u) >> 23;
  *f = (vec)(bits - ((vec_bits)exponent << 23)) - 1.0f;
  return __builtin_convertvector(exponent, vec);
}

/// The values at −, 0, ∞ and NaN put into a logarithm that was computed without regard to them.
INLINE vec logarithm_limits(vec x, vec result) {
  result = choose(x == 0.0f, splat(-__builtin_inff()), result);
  result = choose(x < 0.0f, splat(__builtin_nanf("")), result);
  return choose((x == __builtin_inff()) | (x != x), x, result);
}

INLINE vec logarithm(vec x) {
  vec_int tiny = x < 0x1p-126f;
  vec y = choose(tiny, x * 0x1p24f, x);
  vec f, k = split_logarithm(y, &f);
  k -= (vec)((vec_int)splat(24.0f) & tiny);
  return logarithm_limits(x, logarithm_of_parts(k, f, (vec){0}));
}

/// ln(1 + x): f is x itself where k = 0, else the part of x lost in 1 + x is made good.
INLINE vec logarithm_of_one_plus(vec x) {
  vec u = x + 1.0f;
  vec f, k = split_logarithm(u, &f);
  vec lost = choose(x > 0x1p20f, (vec){0}, x - (u - 1.0f));
  vec_int near = k == 0.0f;
  f = choose(near, x, f);
  vec result = logarithm_of_parts(k, f, choose(near, (vec){0}, lost / u));
  return choose(x == 0.0f, x, logarithm_limits(u, result));
}

/// (e^2|x| − 1) / (e^2|x| + 1) with the sign of x.
INLINE vec hyperbolic_tangent(vec x) {
  vec e = exponential_minus_one(at_most(absolute(x), 10.0f) * 2.0f);
  return with_sign_of(e / (e + 2.0f), x);
}

INLINE vec sigmoid(vec x) { return 1.0f / (1.0f + exponential(-x)); }

/// ln(1 + y) for 0 ≤ y ≤ 1, or NaN: 1 + f is 1 + y or half of it, without loss.
INLINE vec logarithm_of_one_plus_fraction(vec y) {
  vec_int upper = y > 0x1.a82798p-2f;
  vec k = (vec)(upper & (vec_int)splat(1.0f));
  return logarithm_of_parts(k, choose(upper, (y - 1.0f) * 0.5f, y), (vec){0});
}

/// max(x, 0) + ln(1 + e^−|x|).
INLINE vec softplus(vec x) {
  return at_least(x, 0.0f) + logarithm_of_one_plus_fraction(exponential(-absolute(x)));
}
