// The random-number kernels for AVX-512 F, BW, CD, DQ, VL (x86-64-v4).
#include <string.h>

#include "kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("arch=x86-64-v4"))), apply_to = function)
#define KERNEL(name) name##_avx512
#define ABREAST 4
#include "random_kernels.h"
#pragma clang attribute pop
#endif
