// The random-number kernels. Included once per instruction set, with KERNEL(name) naming its
// functions, inside its target attribute. Eight blocks of Philox at a time, block n in lane n.

#include "random_math.h"

// Tells the compiler that 512-bit registers are wanted where there are any.
#define WIDE __attribute__((min_vector_width(512)))

struct words {
  u64x8 w0, w1, w2, w3;  // w0 and w2 below 2³²; w1 and w3 carry rubbish above bit 31
};

// Philox 4×32-10 (Salmon et al., SC 2011), one block a lane. The high halves of the lanes may hold
// anything: the multiplications read the low halves only.
INLINE struct words philox(u64x8 key, u64x8 x0, u64x8 x1, u64x8 x2, u64x8 x3) {
  const uint64_t low = 0xffffffffULL;
  u64x8 k0 = key, k1 = key >> 32;
#pragma clang loop unroll(full)
  for (int round = 0; round < 10; round++) {
    u64x8 a = (x0 & low) * 0xD2511F53ULL;
    u64x8 b = (x2 & low) * 0xCD9E8D57ULL;
    x0 = (b >> 32) ^ x1 ^ k0;
    x2 = (a >> 32) ^ x3 ^ k1;
    x1 = b;
    x3 = a;
    k0 += 0x9E3779B9ULL;
    k1 += 0xBB67AE85ULL;
  }
  return (struct words){x0 & low, x1, x2 & low, x3};
}

// Blocks block…block + 7 of one key.
INLINE struct words philox8(uint64_t key, uint64_t block) {
  const u64x8 lanes = {0, 1, 2, 3, 4, 5, 6, 7};
  u64x8 n = lanes + block;
  return philox(SPLAT(u64x8, key), n, n >> 32, (u64x8){0}, (u64x8){0});
}

INLINE void store(void *out, const void *vector) { memcpy(out, vector, 64); }

// Stores a0 b0 a1 b1 … a7 b7.
INLINE void store_interleaved(void *out, u64x8 a, u64x8 b) {
  u64x8 first = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  u64x8 second = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
  store(out, &first);
  store((char *)out + 64, &second);
}

// One phase of a fill runs over this many groups of eight blocks before the next phase does. Short
// loop bodies keep several groups in flight at once; one long body would wait for its own results.
#define GROUPS 16

// Groups whose rounds run side by side: a round waits for the one before it, and what waits fills the
// processor's queues before the next group comes in sight.
#ifndef ABREAST
#define ABREAST 1
#endif

// Philox on ABREAST groups of blocks from `block` on.
INLINE void philox_abreast(uint64_t key, uint64_t block, struct words *w) {
  const uint64_t low = 0xffffffffULL;
  const u64x8 lanes = {0, 1, 2, 3, 4, 5, 6, 7};
  u64x8 x0[ABREAST], x1[ABREAST], x2[ABREAST], x3[ABREAST];
  u64x8 k0 = SPLAT(u64x8, key), k1 = k0 >> 32;
#pragma clang loop unroll(full)
  for (int g = 0; g < ABREAST; g++) {
    x0[g] = lanes + (block + 8 * g);
    x1[g] = x0[g] >> 32;
    x2[g] = x3[g] = (u64x8){0};
  }
#pragma clang loop unroll(full)
  for (int round = 0; round < 10; round++) {
#pragma clang loop unroll(full)
    for (int g = 0; g < ABREAST; g++) {
      u64x8 a = (x0[g] & low) * 0xD2511F53ULL;
      u64x8 b = (x2[g] & low) * 0xCD9E8D57ULL;
      x0[g] = (b >> 32) ^ x1[g] ^ k0;
      x2[g] = (a >> 32) ^ x3[g] ^ k1;
      x1[g] = b;
      x3[g] = a;
    }
    k0 += 0x9E3779B9ULL;
    k1 += 0xBB67AE85ULL;
  }
#pragma clang loop unroll(full)
  for (int g = 0; g < ABREAST; g++) w[g] = (struct words){x0[g] & low, x1[g], x2[g] & low, x3[g]};
}

// The 64-bit words of the groups from `block` on: first[g] lane i = w0 | w1 << 32 of block 8g + i,
// second[g] = w2 | w3 << 32.
INLINE void bits_phase(uint64_t key, uint64_t block, size_t groups, u64x8 *first, u64x8 *second) {
  size_t g = 0;
  for (; g + ABREAST <= groups; g += ABREAST) {
    struct words w[ABREAST];
    philox_abreast(key, block + 8 * g, w);
#pragma clang loop unroll(full)
    for (int i = 0; i < ABREAST; i++) {
      first[g + i] = w[i].w0 | w[i].w1 << 32;
      second[g + i] = w[i].w2 | w[i].w3 << 32;
    }
  }
  for (; g < groups; g++) {
    struct words w = philox8(key, block + 8 * g);
    first[g] = w.w0 | w.w1 << 32;
    second[g] = w.w2 | w.w3 << 32;
  }
}

// The same words paired for Floats: first[g] holds w0 and w2, second[g] holds w1 and w3.
INLINE void bits_phase_float(
    uint64_t key, uint64_t block, size_t groups, u64x8 *first, u64x8 *second) {
  for (size_t g = 0; g < groups; g++) {
    struct words w = philox8(key, block + 8 * g);
    first[g] = w.w0 | w.w2 << 32;
    second[g] = (w.w1 & 0xffffffffULL) | w.w3 << 32;
  }
}

INLINE f64x8 log_of_word(u64x8 word) {
  return log_of_fraction(__builtin_convertvector(word >> 11, f64x8) + 1.0);
}

// The map documented at ckernels_box_muller: words[g] becomes the radius √(−2 ln u)…
INLINE void radius_phase(u64x8 *words, size_t groups) {
  for (size_t g = 0; g < groups; g++) {
    words[g] = (u64x8)__builtin_elementwise_sqrt(log_of_word(words[g]) * -2.0);
  }
}

// …and the angle turns it into 16 numbers.
INLINE void angle_group(u64x8 radius, u64x8 word, double *out) {
  f64x8 r = (f64x8)((word & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL) - 1.5;
  f64x8 sine, cosine;
  sin_cos_quarter(r, &sine, &cosine);
  turn_quarters(word >> 62, &cosine, &sine);
  store_interleaved(out, (u64x8)((f64x8)radius * cosine), (u64x8)((f64x8)radius * sine));
}

// The map documented at ckernels_box_muller_float, likewise.
INLINE void radius_phase_float(u64x8 *words, size_t groups) {
  for (size_t g = 0; g < groups; g++) {
    f32x16 log_u = log_of_fraction_f32((i32x16)(((u32x16)words[g] >> 1) | 1));
    words[g] = (u64x8)__builtin_elementwise_sqrt(log_u * -2.0f);
  }
}

INLINE void angle_group_float(u64x8 radius, u64x8 words, float *out) {
  u32x16 b = (u32x16)words;
  f32x16 r = __builtin_convertvector((i32x16)(b << 2), f32x16) * 0x1p-32f;
  f32x16 sine, cosine;
  sin_cos_quarter_f32(r, &sine, &cosine);
  turn_quarters_f32(b >> 30, &cosine, &sine);
  f32x16 x = (f32x16)radius * cosine, y = (f32x16)radius * sine;
  f32x16 first = __builtin_shufflevector(
      x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  f32x16 second = __builtin_shufflevector(
      x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  store(out, &first);
  store(out + 16, &second);
}

INLINE void log_phase(u64x8 *words, size_t groups) {
  for (size_t g = 0; g < groups; g++) words[g] = (u64x8)(0.0 - log_of_word(words[g]));
}

INLINE void bits_group(u64x8 first, u64x8 second, void *out) {
  store_interleaved(out, first, second);
}

INLINE void uniform_group(u64x8 first, u64x8 second, double *out) {
  f64x8 a = __builtin_convertvector(first >> 11, f64x8) * 0x1p-53;
  f64x8 b = __builtin_convertvector(second >> 11, f64x8) * 0x1p-53;
  store_interleaved(out, (u64x8)a, (u64x8)b);
}

INLINE void uniform_group_float(u64x8 first, u64x8 second, float *out) {
  f32x16 a = __builtin_convertvector((i32x16)((u32x16)first >> 8), f32x16) * 0x1p-24f;
  f32x16 b = __builtin_convertvector((i32x16)((u32x16)second >> 8), f32x16) * 0x1p-24f;
  store_interleaved(out, (u64x8)a, (u64x8)b);
}

// A fill of `count` elements, `width` in a group: the bits, then `transform` on the two arrays of
// words, then `emit` for each group; the last group may be cut short.
#define FILL(name, type, width, bits, transform, emit)                                          \
  WIDE static void KERNEL(name)(uint64_t key, uint64_t block, type *out, size_t count) {        \
    u64x8 first[GROUPS], second[GROUPS];                                                        \
    while (count > 0) {                                                                         \
      size_t groups = count < GROUPS * (width) ? (count + (width) - 1) / (width) : GROUPS;      \
      bits(key, block, groups, first, second);                                                  \
      transform;                                                                                \
      size_t whole = count < groups * (width) ? groups - 1 : groups;                            \
      for (size_t g = 0; g < whole; g++) emit(first[g], second[g], out + (width) * g);          \
      if (whole < groups) {                                                                     \
        type rest[width];                                                                       \
        emit(first[whole], second[whole], rest);                                                \
        memcpy(out + (width) * whole, rest, (count - (width) * whole) * sizeof(type));          \
        return;                                                                                 \
      }                                                                                         \
      block += 8 * groups;                                                                      \
      out += (width) * groups;                                                                  \
      count -= (width) * groups;                                                                \
    }                                                                                           \
  }

FILL(fill_words, uint64_t, 16, bits_phase, , bits_group)
FILL(random_uniforms, double, 16, bits_phase, , uniform_group)
FILL(random_uniforms_float, float, 32, bits_phase, , uniform_group_float)
FILL(random_normals, double, 16, bits_phase, radius_phase(first, groups), angle_group)
FILL(random_normals_float, float, 32, bits_phase_float, radius_phase_float(first, groups),
     angle_group_float)
FILL(random_exponentials, double, 16, bits_phase,
     log_phase(first, groups); log_phase(second, groups), bits_group)

WIDE static void KERNEL(random_bits)(uint64_t key, uint64_t block, uint64_t *out, size_t blocks) {
  KERNEL(fill_words)(key, block, out, 2 * blocks);
}

// Row s of `out`, `count` numbers long, is the fill of `count` from block `block` of key s. The
// blocks of all rows form one sequence, eight lanes at a time; with even counts so do the numbers.
WIDE static void KERNEL(random_normals_of_keys)(
    const uint64_t *keys, size_t rows, uint64_t block, double *out, size_t count) {
  const size_t blocks = (count + 1) / 2, all = rows * blocks;
  size_t row = 0, within = 0;  // of the next lane
  for (size_t start = 0; start < all; start += 8 * GROUPS) {
    const size_t here = all - start < 8 * GROUPS ? all - start : 8 * GROUPS;
    const size_t groups = (here + 7) / 8;
    u64x8 first[GROUPS], second[GROUPS];
    const size_t first_row = row, first_within = within;
    for (size_t g = 0; g < groups; g++) {
      uint64_t key[8], n[8];
      for (int lane = 0; lane < 8; lane++) {
        key[lane] = row < rows ? keys[row] : 0;
        n[lane] = block + within;
        within++;
        row += within == blocks;
        within = within == blocks ? 0 : within;
      }
      memcpy(&first[g], key, 64);
      memcpy(&second[g], n, 64);
    }
    for (size_t g = 0; g < groups; g++) {
      u64x8 n = second[g];
      struct words w = philox(first[g], n, n >> 32, (u64x8){0}, (u64x8){0});
      first[g] = w.w0 | w.w1 << 32;
      second[g] = w.w2 | w.w3 << 32;
    }
    radius_phase(first, groups);
    if (count % 2 == 0 && here == 8 * GROUPS) {
      double *place = out + 2 * start;
      for (size_t g = 0; g < groups; g++) angle_group(first[g], second[g], place + 16 * g);
      continue;
    }
    double numbers[16 * GROUPS];
    for (size_t g = 0; g < groups; g++) angle_group(first[g], second[g], numbers + 16 * g);
    size_t to = first_row, at = first_within;
    for (size_t i = 0; i < here; i++) {
      double *place = out + to * count + 2 * at;
      place[0] = numbers[2 * i];
      if (2 * at + 1 < count) place[1] = numbers[2 * i + 1];
      at++;
      to += at == blocks;
      at = at == blocks ? 0 : at;
    }
  }
}

WIDE static void KERNEL(random_fold)(
    const uint64_t *keys, size_t count, uint64_t value, uint32_t level, uint64_t *out) {
  for (size_t start = 0; start < count; start += 8) {
    const size_t here = count - start < 8 ? count - start : 8;
    u64x8 key = {0};
    if (here == 8) memcpy(&key, keys + start, 64);
    else memcpy(&key, keys + start, here * sizeof(uint64_t));
    struct words w = philox(key, SPLAT(u64x8, value), SPLAT(u64x8, value >> 32),
                            SPLAT(u64x8, (uint64_t)level), SPLAT(u64x8, 0xffffffffULL));
    u64x8 folded = w.w0 | w.w1 << 32;
    if (here == 8) memcpy(out + start, &folded, 64);
    else memcpy(out + start, &folded, here * sizeof(uint64_t));
  }
}

WIDE static void KERNEL(box_muller)(const uint64_t *bits, double *out, size_t pairs) {
  for (size_t start = 0; start < pairs; start += 8) {
    size_t count = pairs - start < 8 ? pairs - start : 8;
    u64x8 a = {0}, b = {0};
    for (size_t i = 0; i < count; i++) {
      a[i] = bits[2 * (start + i)];
      b[i] = bits[2 * (start + i) + 1];
    }
    double group[16];
    radius_phase(&a, 1);
    angle_group(a, b, group);
    memcpy(out + 2 * start, group, 2 * count * sizeof(double));
  }
}

WIDE static void KERNEL(box_muller_float)(const uint32_t *bits, float *out, size_t pairs) {
  for (size_t start = 0; start < pairs; start += 16) {
    size_t count = pairs - start < 16 ? pairs - start : 16;
    u32x16 a = {0}, b = {0};
    for (size_t i = 0; i < count; i++) {
      a[i] = bits[2 * (start + i)];
      b[i] = bits[2 * (start + i) + 1];
    }
    float group[32];
    u64x8 radius = (u64x8)a;
    radius_phase_float(&radius, 1);
    angle_group_float(radius, (u64x8)b, group);
    memcpy(out + 2 * start, group, 2 * count * sizeof(float));
  }
}

const struct kernel_table KERNEL(kernels) = {
    .random_bits = KERNEL(random_bits),
    .random_uniforms = KERNEL(random_uniforms),
    .random_uniforms_float = KERNEL(random_uniforms_float),
    .random_normals = KERNEL(random_normals),
    .random_normals_float = KERNEL(random_normals_float),
    .random_exponentials = KERNEL(random_exponentials),
    .random_normals_of_keys = KERNEL(random_normals_of_keys),
    .random_fold = KERNEL(random_fold),
    .box_muller = KERNEL(box_muller),
    .box_muller_float = KERNEL(box_muller_float),
};
