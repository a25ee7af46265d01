// Vectors of 16 floats for the numeric kernels, which the compiler splits for narrower registers.
// Included once per instruction set, inside its target attribute, with KERNEL(name) naming its
// functions and VECTOR_AVX512 or VECTOR_AVX2 defined where they apply.

// Bits are promised for each instruction set only, so a·b + c may be fused.
#pragma STDC FP_CONTRACT ON
#pragma clang fp contract(fast)
// Vectors are passed between inlined functions only, so no calling convention is concerned.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))
// Tells the compiler that 512-bit registers are wanted where there are any.
#define WIDE __attribute__((min_vector_width(512)))

typedef float vec __attribute__((vector_size(64)));
typedef float vec_unaligned __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t vec_int __attribute__((vector_size(64)));
typedef int32_t vec_int_unaligned __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint32_t vec_bits __attribute__((vector_size(64)));
typedef double vec_double __attribute__((vector_size(64)));
typedef int64_t vec_long __attribute__((vector_size(64)));

enum { LANES = 16 };

#define SPLAT(type, value) ((type){0} + (value))
#define LOAD(pointer) (*(const vec_unaligned *)(pointer))
#define STORE(pointer, value) (*(vec_unaligned *)(pointer) = (value))

INLINE vec splat(float value) { return (vec){value, value, value, value, value, value, value, value,
                                             value, value, value, value, value, value, value, value}; }

#if defined(VECTOR_AVX2)
static const int32_t part_masks[32] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
#endif

INLINE vec choose(vec_int mask, vec yes, vec no) {
  return (vec)((mask & (vec_int)yes) | (~mask & (vec_int)no));
}

/// Copies `count` < 16 floats in pieces of 8, 4, 2 and 1.
INLINE void copy_part(float *to, const float *from, size_t count) {
  if (count & 8) {
    __builtin_memcpy(to, from, 32);
    to += 8;
    from += 8;
  }
  if (count & 4) {
    __builtin_memcpy(to, from, 16);
    to += 4;
    from += 4;
  }
  if (count & 2) {
    __builtin_memcpy(to, from, 8);
    to += 2;
    from += 2;
  }
  if (count & 1) *to = *from;
}

/// The first `count` < 16 elements; the others are 0.
INLINE vec load_part(const float *pointer, size_t count) {
#if defined(VECTOR_AVX512)
  return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), pointer);
#elif defined(VECTOR_AVX2)
  const int32_t *masks = part_masks + 16 - count;
  __m256 low = _mm256_maskload_ps(pointer, _mm256_loadu_si256((const __m256i *)masks));
  __m256 high = _mm256_maskload_ps(pointer + 8, _mm256_loadu_si256((const __m256i *)(masks + 8)));
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#else
  float part[LANES] = {0};
  copy_part(part, pointer, count);
  return LOAD(part);
#endif
}

INLINE void store_part(float *pointer, vec value, size_t count) {
#if defined(VECTOR_AVX512)
  _mm512_mask_storeu_ps(pointer, (__mmask16)((1u << count) - 1), (__m512)value);
#else
  float part[LANES];
  STORE(part, value);
  copy_part(pointer, part, count);
#endif
}

INLINE vec absolute(vec x) { return (vec)((vec_bits)x & 0x7fffffffu); }

/// `magnitude` ≥ 0 with the sign of `x`.
INLINE vec with_sign_of(vec magnitude, vec x) {
  return (vec)((vec_bits)magnitude | ((vec_bits)x & 0x80000000u));
}

/// NaN if either is NaN.
INLINE vec maximum(vec a, vec b) { return choose((a > b) | (a != a), a, b); }
INLINE vec minimum(vec a, vec b) { return choose((a < b) | (a != a), a, b); }

/// Limits that leave NaN alone.
INLINE vec at_most(vec x, float limit) { return choose(x > limit, splat(limit), x); }
INLINE vec at_least(vec x, float limit) { return choose(x < limit, splat(limit), x); }

INLINE vec root(vec x) { return __builtin_elementwise_sqrt(x); }

/// The largest integer ≤ x. Floats of magnitude 2²³ and more are integers.
INLINE vec floor_of(vec x) {
#if defined(VECTOR_AVX512)
  return (vec)_mm512_roundscale_ps((__m512)x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
#else
  vec magnitude = absolute(x);
  vec nearest = with_sign_of((magnitude + 0x1p23f) - 0x1p23f, x);
  vec below = nearest - (vec)((nearest > x) & (vec_int)splat(1.0f));
  return choose(magnitude < 0x1p23f, with_sign_of(absolute(below), below), x);
#endif
}

/// Σ of the 16 lanes: halves, quarters, … are added.
INLINE float sum_of_lanes(vec x) {
  typedef float half __attribute__((vector_size(32)));
  typedef float quarter __attribute__((vector_size(16)));
  half h = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7)
      + __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  quarter q = __builtin_shufflevector(h, h, 0, 1, 2, 3) + __builtin_shufflevector(h, h, 4, 5, 6, 7);
  q += __builtin_shufflevector(q, q, 2, 3, 0, 1);
  return q[0] + q[1];
}

/// The largest of 16 lanes without NaN.
INLINE float maximum_of_lanes(vec x) {
  typedef float half __attribute__((vector_size(32)));
  typedef float quarter __attribute__((vector_size(16)));
  half h = __builtin_elementwise_max(__builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7),
                                     __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15));
  quarter q = __builtin_elementwise_max(__builtin_shufflevector(h, h, 0, 1, 2, 3),
                                        __builtin_shufflevector(h, h, 4, 5, 6, 7));
  q = __builtin_elementwise_max(q, __builtin_shufflevector(q, q, 2, 3, 0, 1));
  return q[1] > q[0] ? q[1] : q[0];
}
