// The product kernels for AVX-512 with avx512_bf16: those of product_avx512.c, and pairs of bfloat16.
#include "product_table.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("arch=x86-64-v4,avx512bf16"))), apply_to = function)
#define KERNEL(name) name##_avx512_bfloat
#define WIDTH 16
#define ROWS 8
#define VECTORS 3
#define MASK(count) ((__mmask16)((1u << (count)) - 1))
#define LOAD_PART(p, count) ((vector)_mm512_maskz_loadu_ps(MASK(count), p))
#define STORE_PART(p, count, v) _mm512_mask_storeu_ps(p, MASK(count), (__m512)(v))
#include "product_tile.h"
#include "product_pack.h"
#include "product_pairs.h"
#include "convolution_depthwise.h"
#include "convolution_winograd.h"
#include "product_dot.h"
#define PAIR_PEAK
#include "product_peak.h"
#pragma clang attribute pop

#define BFLOAT_TILES                                                                            \
  .bfloat_pairs = 1, .pack_pairs = pack_pairs, .narrow = narrow,                                                \
  .bfloat_tile = {PAIR_TILE_NAMES(1), PAIR_TILE_NAMES(2), PAIR_TILE_NAMES(3), PAIR_TILE_NAMES(4), \
                  PAIR_TILE_NAMES(5), PAIR_TILE_NAMES(6), PAIR_TILE_NAMES(7), PAIR_TILE_NAMES(8)}
#include "product_names.h"
#endif
