// Error function, sine, cosine and power of vectors of 16 floats, errors at most 2.1 ulp. Polynomials as
// in vector_functions.h, after which this is included.

/// Below 0.93: x + x·P(x²), error 2⁻³¹. Above: 1 − exp(−|x| + |x|·Q(|x|)), error 2⁻³⁰.
INLINE vec error_function(vec x) {
  vec a = at_most(absolute(x), 4.0f), t = x * x;
  vec p = ((0x1.5cd4b6p-14f * t - 0x1.aa3f30p-11f) * t + 0x1.54c7f6p-8f) * t - 0x1.b80e90p-6f;
  p = ((p * t + 0x1.ce2e0ap-4f) * t - 0x1.812742p-2f) * t + 0x1.06eba8p-3f;
  vec q = ((-0x1.78dc1ep-17f * a + 0x1.527bfap-12f) * a - 0x1.dd6ca2p-9f) * a + 0x1.855150p-6f;
  q = ((q * a - 0x1.b32570p-4f) * a - 0x1.45328ep-1f) * a - 0x1.0778dcp-3f;
  vec far = 1.0f - exponential(q * a - a);
  return choose(a < 0.93f, p * x + x, with_sign_of(far, x));
}

/// x = n·π/2 + r with |r| ≤ π/4, for |x| ≤ 2²⁰, in Double. The quarter n mod 4 stands in `quarter`.
INLINE vec split_quarter(vec x, vec_int *quarter) {
  const double magic = 0x1.8p52;
  vec halves[2];
  vec_int parts[2];
  for (int i = 0; i < 2; i++) {
    typedef float half __attribute__((vector_size(32)));
    typedef int32_t half_int __attribute__((vector_size(32)));
    half in = i == 0 ? __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7)
                     : __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
    vec_double y = __builtin_convertvector(in, vec_double);
    vec_double z = y * 0x1.45f306dc9c883p-1 + magic;
    vec_double n = z - magic;
    vec_double r = (y - n * 0x1.921fb544p+0) - n * 0x1.0b4611a626331p-34;
    half_int low = __builtin_convertvector((vec_long)z, half_int);
    half out = __builtin_convertvector(r, half);
    halves[i] = __builtin_shufflevector(out, out, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7);
    parts[i] = __builtin_shufflevector(low, low, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7);
  }
  *quarter = __builtin_shufflevector(
      parts[0], parts[1], 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
  return __builtin_shufflevector(
      halves[0], halves[1], 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}

/// sin(x + shift·π/2). Polynomials for r in ±π/4, errors 2⁻³⁷ and 2⁻³³.
INLINE vec sine_shifted(vec x, int shift) {
  vec_int quarter;
  vec r = split_quarter(x, &quarter), t = r * r;
  vec s = ((0x1.6ccf5ep-19f * t - 0x1.a00f74p-13f) * t + 0x1.111108p-7f) * t - 0x1.555556p-3f;
  vec sine = (s * t) * r + r;
  vec c = (0x1.99e86ap-16f * t - 0x1.6c0c28p-10f) * t + 0x1.55554ap-5f;
  vec cosine = (c * t - 0.5f) * t + 1.0f;
  quarter += shift;
  vec value = choose((quarter & 1) != 0, cosine, sine);
  return (vec)((vec_bits)value ^ ((vec_bits)(quarter & 2) << 30));
}

/// Lanes beyond the range of `split_quarter` go to the library.
INLINE vec sine(vec x) {
  vec result = choose(x == 0.0f, x, sine_shifted(x, 0));
  vec_int usual = absolute(x) <= 0x1p20f;
  if (__builtin_reduce_and(usual) == 0) {
    for (int i = 0; i < LANES; i++)
      if (!usual[i]) result[i] = sinf(x[i]);
  }
  return result;
}

INLINE vec cosine(vec x) {
  vec result = sine_shifted(x, 1);
  vec_int usual = absolute(x) <= 0x1p20f;
  if (__builtin_reduce_and(usual) == 0) {
    for (int i = 0; i < LANES; i++)
      if (!usual[i]) result[i] = cosf(x[i]);
  }
  return result;
}

/// eʸ·ˡⁿ ˣ in Double for normal x > 0 and finite y: ln from the series of artanh, |s| ≤ 0.172, and e^r
/// from Taylor's, both to 2⁻³⁵.
INLINE vec_double power_of_positive(vec_double x, vec_double y) {
  vec_long above = (vec_long)x - 0x3fe6a09e667f3bcdLL;
  vec_long exponent = above >> 52;
  vec_double k = (vec_double)((exponent + 1024) | 0x4330000000000000LL) - (0x1p52 + 1024);
  vec_double f = (vec_double)((vec_long)x - (exponent << 52)) - 1.0;
  vec_double s = f / (f + 2.0), t = s * s;
  vec_double series = 1.0 / 3 + t * (1.0 / 5 + t * (1.0 / 7 + t * (1.0 / 9 + t * (1.0 / 11 + t / 13))));
  vec_double product = y * (k * 0x1.62e42fefa39efp-1 + (s + s) * (1.0 + t * series));
  vec_long high = product > 128.0, low = product < -128.0;
  product = (vec_double)((high & (vec_long)SPLAT(vec_double, 128.0)) | (~high & (vec_long)product));
  product = (vec_double)((low & (vec_long)SPLAT(vec_double, -128.0)) | (~low & (vec_long)product));
  vec_double z = product * 0x1.71547652b82fep+0 + 0x1.8p52;
  vec_double r = product - (z - 0x1.8p52) * 0x1.62e42fefa39efp-1;
  vec_double e = 1.0 / 5040 + r * (1.0 / 40320 + r * (1.0 / 362880 + r * (1.0 / 3628800)));
  e = 1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120 + r * (1.0 / 720 + r * e)));
  e = 1.0 + r * (1.0 + r * (0.5 + r * e));
  return e * (vec_double)(((vec_long)z + 1023) << 52);
}

/// C's pow: lanes with x ≤ 0, denormal or not finite, or y not finite, go to the library.
INLINE vec power(vec x, vec y) {
  typedef float half __attribute__((vector_size(32)));
  vec result;
  for (int i = 0; i < 2; i++) {
    half xs, ys;
    memcpy(&xs, (const float *)&x + 8 * i, 32);
    memcpy(&ys, (const float *)&y + 8 * i, 32);
    half p = __builtin_convertvector(
        power_of_positive(__builtin_convertvector(xs, vec_double), __builtin_convertvector(ys, vec_double)),
        half);
    memcpy((float *)&result + 8 * i, &p, 32);
  }
  vec_int usual = (x >= 0x1p-126f) & (x < __builtin_inff()) & (absolute(y) < __builtin_inff());
  if (__builtin_reduce_and(usual) == 0) {
    for (int i = 0; i < LANES; i++)
      if (!usual[i]) result[i] = powf(x[i], y[i]);
  }
  return result;
}
