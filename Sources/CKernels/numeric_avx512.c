// The numeric kernels for AVX-512 F, BW, CD, DQ, VL (x86-64-v4).
#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <math.h>
#include <string.h>

#include "numeric_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("arch=x86-64-v4"))), apply_to = function)
#define KERNEL(name) name##_avx512
#define VECTOR_AVX512
#include "numeric_table.h"
#pragma clang attribute pop
#endif
