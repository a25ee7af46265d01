// One table of kernels for each instruction set.
#ifndef KERNELS_H
#define KERNELS_H

#include "ckernels.h"

struct kernel_table {
  void (*random_bits)(uint64_t key, uint64_t block, uint64_t *out, size_t blocks);
  void (*random_uniforms)(uint64_t key, uint64_t block, double *out, size_t count);
  void (*random_uniforms_float)(uint64_t key, uint64_t block, float *out, size_t count);
  void (*random_normals)(uint64_t key, uint64_t block, double *out, size_t count);
  void (*random_normals_float)(uint64_t key, uint64_t block, float *out, size_t count);
  void (*random_exponentials)(uint64_t key, uint64_t block, double *out, size_t count);
  void (*random_normals_of_keys)(
      const uint64_t *keys, size_t rows, uint64_t block, double *out, size_t count);
  void (*random_fold)(
      const uint64_t *keys, size_t count, uint64_t value, uint32_t level, uint64_t *out);
  void (*box_muller)(const uint64_t *bits, double *out, size_t pairs);
  void (*box_muller_float)(const uint32_t *bits, float *out, size_t pairs);
};

extern const struct kernel_table kernels_baseline;
#if defined(__x86_64__)
extern const struct kernel_table kernels_avx2;
extern const struct kernel_table kernels_avx512;
#endif

#endif
