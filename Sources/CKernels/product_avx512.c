// The product kernels for AVX-512 F, BW, CD, DQ, VL (x86-64-v4).
#include "product_table.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
#define KERNEL(name) name##_avx512
#define WIDTH 16
#define ROWS 8
#define VECTORS 3
#define MASK(count) ((__mmask16)((1u << (count)) - 1))
#define LOAD_PART(p, count) ((vector)_mm512_maskz_loadu_ps(MASK(count), p))
#define STORE_PART(p, count, v) _mm512_mask_storeu_ps(p, MASK(count), (__m512)(v))
#include "product_tile.h"
#include "product_pack.h"
#include "convolution_depthwise.h"
#include "convolution_winograd.h"
#include "product_dot.h"
#include "product_peak.h"
#pragma clang attribute pop

#include "product_names.h"
#endif
