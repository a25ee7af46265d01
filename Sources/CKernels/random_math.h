// Elementary functions on vectors for the random-number kernels: 8 doubles or 16 floats at a time,
// which the compiler splits for narrower registers. Polynomials are minimax fits (Remez exchange)
// made for these intervals; each comment gives the error of the polynomial.
//
// Included once per instruction set, inside its target attribute.

#pragma STDC FP_CONTRACT OFF
// Vectors are passed between inlined functions only, so no calling convention is concerned.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

typedef double f64x8 __attribute__((vector_size(64)));
typedef uint64_t u64x8 __attribute__((vector_size(64)));
typedef int64_t i64x8 __attribute__((vector_size(64)));
typedef float f32x16 __attribute__((vector_size(64)));
typedef uint32_t u32x16 __attribute__((vector_size(64)));
typedef int32_t i32x16 __attribute__((vector_size(64)));

#define SPLAT(type, value) ((type){0} + (value))

INLINE f64x8 select_f64(i64x8 mask, f64x8 yes, f64x8 no) {
  return (f64x8)((mask & (i64x8)yes) | (~mask & (i64x8)no));
}

INLINE f32x16 select_f32(i32x16 mask, f32x16 yes, f32x16 no) {
  return (f32x16)((mask & (i32x16)yes) | (~mask & (i32x16)no));
}

// ln(x·2⁻⁵³) for integers x in [1, 2⁵³], error below 1 ulp.
// x·2⁻⁵³ = 2ᵏ(1 + f) with 1 + f in [√½, √2), s = f / (2 + f), ln(1 + f) = 2 artanh s
// = f − (f²/2 − s(f²/2 + R)), R = s²·Q(s²); polynomial error 2⁻⁵⁸.
INLINE f64x8 log_of_fraction(f64x8 x) {
  const u64x8 root_half = SPLAT(u64x8, 0x3fe6a09e667f3bcdULL);
  u64x8 bits = (u64x8)x;
  u64x8 above = bits - root_half;
  u64x8 exponent = above >> 52;
  // 2⁵² + exponent as a double, built in the mantissa.
  f64x8 k = (f64x8)(exponent | 0x4330000000000000ULL) - (0x1p52 + 53);
  f64x8 f = (f64x8)(bits - (exponent << 52)) - 1.0;
  f64x8 s = f / (f + 2.0);
  f64x8 t = s * s;
  f64x8 t2 = t * t;
  f64x8 even = 0x1.999999997fdb3p-2 + t2 * (0x1.c71c52093c9e6p-3 + t2 * 0x1.39a1ba2a5400ep-3);
  f64x8 odd = 0x1.5555555555592p-1
      + t2 * (0x1.24924941f1548p-2 + t2 * (0x1.74663eee59283p-3 + t2 * 0x1.2f0568c932018p-3));
  f64x8 r = t * odd + t2 * even;
  f64x8 half_square = f * f * 0.5;
  f64x8 low = k * 0x1.a39ef35793c76p-33;
  return k * 0x1.62e42feep-1 - ((half_square - (s * (half_square + r) + low)) - f);
}

// sin and cos of (π/2)·r for |r| ≤ ½, error below 1.5 ulp; polynomial errors 2⁻⁵⁸ and 2⁻⁶⁴.
INLINE void sin_cos_quarter(f64x8 r, f64x8 *sine, f64x8 *cosine) {
  f64x8 t = r * r;
  f64x8 t2 = t * t;
  f64x8 t4 = t2 * t2;
  f64x8 s01 = -0x1.4abbce625be41p-1 + t * 0x1.466bc677587fdp-4;
  f64x8 s23 = -0x1.32d2cce2e60d1p-8 + t * 0x1.50782fda6b655p-13;
  f64x8 s45 = -0x1.e30071feb7d41p-19 + t * 0x1.e3f39dfb7caecp-25;
  f64x8 s = s01 + t2 * s23 + t4 * s45;
  *sine = r * 0x1.921fb54442d18p+0 + r * t * s;
  f64x8 c01 = -0x1.3bd3cc9be45dep+0 + t * 0x1.03c1f081b5ab0p-2;
  f64x8 c23 = -0x1.55d3c7e3c95bcp-6 + t * 0x1.e1f50683b4278p-11;
  f64x8 c45 = -0x1.a6d1ecb73ca73p-16 + t * 0x1.f9cc6acd741fep-22;
  f64x8 c = c01 + t2 * c23 + t4 * (c45 + t2 * -0x1.b26fe7bbc4865p-28);
  *cosine = 1.0 + t * c;
}

// Turns (cos, sin) of an angle by `quarters` (its lowest two bits) quarter turns:
// odd quarters swap the two, cos changes sign in quarters 1 and 2, sin in quarters 2 and 3.
INLINE void turn_quarters(u64x8 quarters, f64x8 *cosine, f64x8 *sine) {
  i64x8 swap = (quarters & 1) != 0;
  f64x8 c = select_f64(swap, *sine, *cosine);
  f64x8 s = select_f64(swap, *cosine, *sine);
  *cosine = (f64x8)((u64x8)c ^ (((quarters + 1) & 2) << 62));
  *sine = (f64x8)((u64x8)s ^ ((quarters & 2) << 62));
}

// ln(x·2⁻³¹) for integers x in [1, 2³¹), Float.
// 2ᵏ(1 + f) as above; where k = 0 the distance 2³¹ − x is exact, so that values near 1 keep their
// relative accuracy. ln(1 + f) = f − f²/2 + f³·P(f); polynomial error 2⁻³⁰.
INLINE f32x16 log_of_fraction_f32(i32x16 x) {
  i32x16 near_one = x >= SPLAT(i32x16, 1518500250);  // √½·2³¹
  i32x16 rest = SPLAT(i32x16, 0x80000000u) - x;
  f32x16 y = __builtin_convertvector((near_one & rest) | (~near_one & x), f32x16);
  u32x16 bits = (u32x16)y;
  u32x16 exponent = (bits - 0x3f3504f3u) >> 23;
  f32x16 far = (f32x16)(bits - (exponent << 23)) - 1.0f;
  f32x16 f = select_f32(near_one, y * -0x1p-31f, far);
  f32x16 k = __builtin_convertvector(((i32x16)exponent - 31) & ~near_one, f32x16);
  f32x16 t = f * f;
  f32x16 t2 = t * t;
  f32x16 p01 = 0x1.555546p-2f + f * -0x1.ffffeep-3f;
  f32x16 p23 = 0x1.99a546p-3f + f * -0x1.5562e2p-3f;
  f32x16 p45 = 0x1.2332cp-3f + f * -0x1.fb436ap-4f;
  f32x16 p67 = 0x1.e650dcp-4f + f * -0x1.e2e84ep-4f;
  f32x16 p = p01 + t * p23 + t2 * (p45 + t * p67 + t2 * 0x1.1b4090p-4f);
  f32x16 tail = (f * t) * p + k * 0x1.0bfbe8p-15f - 0.5f * t;
  return k * 0x1.62ep-1f + (f + tail);
}

// sin and cos of (π/2)·r for |r| ≤ ½, Float; polynomial errors 2⁻²⁸ and 2⁻³⁴.
INLINE void sin_cos_quarter_f32(f32x16 r, f32x16 *sine, f32x16 *cosine) {
  f32x16 t = r * r;
  f32x16 s = -0x1.4abbbap-1f + t * (0x1.465ec6p-4f + t * -0x1.2d9bb8p-8f);
  *sine = r * 0x1.921fb6p+0f + r * t * s;
  f32x16 c = 0x1.03c1dep-2f + t * (-0x1.55c664p-6f + t * 0x1.d9f7bcp-11f);
  *cosine = 1.0f + t * (-0x1.3bd3ccp+0f + t * c);
}

INLINE void turn_quarters_f32(u32x16 quarters, f32x16 *cosine, f32x16 *sine) {
  i32x16 swap = (quarters & 1) != 0;
  f32x16 c = select_f32(swap, *sine, *cosine);
  f32x16 s = select_f32(swap, *cosine, *sine);
  *cosine = (f32x16)((u32x16)c ^ (((quarters + 1) & 2) << 30));
  *sine = (f32x16)((u32x16)s ^ ((quarters & 2) << 30));
}
