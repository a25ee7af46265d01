// The numeric kernels for AVX2 and the rest of x86-64-v3.
#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <math.h>
#include <string.h>

#include "numeric_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("arch=x86-64-v3"))), apply_to = function)
#define KERNEL(name) name##_avx2
#define VECTOR_AVX2
#include "numeric_table.h"
#pragma clang attribute pop
#endif
