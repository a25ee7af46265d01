// The random-number kernels for AVX2 and the rest of x86-64-v3.
#include <string.h>

#include "kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("arch=x86-64-v3"))), apply_to = function)
#define KERNEL(name) name##_avx2
#include "random_kernels.h"
#pragma clang attribute pop
#endif
