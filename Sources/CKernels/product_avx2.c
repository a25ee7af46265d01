// The product kernels for AVX2 and FMA (x86-64-v3).
#include "product_table.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#define KERNEL(name) name##_avx2
#define WIDTH 8
#define ROWS 6
#define VECTORS 2
static const int SLIDING[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
#define MASK(count) _mm256_loadu_si256((const __m256i *)(SLIDING + 8 - (count)))
#define LOAD_PART(p, count) ((vector)_mm256_maskload_ps(p, MASK(count)))
#define STORE_PART(p, count, v) _mm256_maskstore_ps(p, MASK(count), (__m256)(v))
#include "product_tile.h"
#include "product_pack.h"
#include "convolution_depthwise.h"
#include "convolution_winograd.h"
#include "product_dot.h"
#include "product_peak.h"
#pragma clang attribute pop

#include "product_names.h"
#endif
