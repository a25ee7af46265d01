#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"
#include "numeric_kernels.h"

static const char *const names[CKERNELS_ISA_COUNT] = {"baseline", "avx2", "avx512"};

static const struct kernel_table *table_of(int isa) {
  switch (isa) {
#if defined(__x86_64__)
    case CKERNELS_AVX2: return &kernels_avx2;
    case CKERNELS_AVX512: return &kernels_avx512;
#endif
    case CKERNELS_BASELINE: return &kernels_baseline;
    default: return NULL;
  }
}

// Of each thread, so that trying another set disturbs no other thread; unless one does, all choose the same.
static _Thread_local const struct kernel_table *active = NULL;

int ckernels_isa_supported(int isa) {
  switch (isa) {
    case CKERNELS_BASELINE: return 1;
#if defined(__x86_64__)
    case CKERNELS_AVX2: return __builtin_cpu_supports("x86-64-v3") != 0;
    case CKERNELS_AVX512: return __builtin_cpu_supports("x86-64-v4") != 0;
#endif
    default: return 0;
  }
}

const char *ckernels_isa_name_of(int isa) {
  return isa >= 0 && isa < CKERNELS_ISA_COUNT ? names[isa] : NULL;
}

int ckernels_isa_from_environment(void) {
  const char *wanted = getenv("OUROBOROS_ISA");
  if (wanted == NULL || wanted[0] == '\0') return -1;
  for (int isa = 0; isa < CKERNELS_ISA_COUNT; isa++) {
    if (strcmp(wanted, names[isa]) == 0) return isa;
  }
  return -2;
}

static const struct kernel_table *choose(void) {
  int isa = ckernels_isa_from_environment();
  if (isa == -2 || (isa >= 0 && !ckernels_isa_supported(isa))) {
    fprintf(stderr, "OUROBOROS_ISA=%s names no instruction set of this processor\n",
            getenv("OUROBOROS_ISA"));
    abort();
  }
  if (isa == -1) {
    isa = CKERNELS_ISA_COUNT - 1;
    while (!ckernels_isa_supported(isa)) isa--;
  }
  return table_of(isa);
}

static inline const struct kernel_table *kernels(void) {
  if (__builtin_expect(active == NULL, 0)) active = choose();
  return active;
}

int ckernels_isa(void) {
  const struct kernel_table *table = kernels();
  int isa = 0;
  while (table_of(isa) != table) isa++;
  return isa;
}

const struct numeric_kernels *ckernels_numeric(void) {
#if defined(__x86_64__)
  const struct kernel_table *table = kernels();
  if (table == &kernels_avx512) return &numeric_kernels_avx512;
  if (table == &kernels_avx2) return &numeric_kernels_avx2;
#endif
  return &numeric_kernels_baseline;
}

const char *ckernels_isa_name(void) { return names[ckernels_isa()]; }

int ckernels_isa_select(int isa) {
  if (!ckernels_isa_supported(isa)) return -1;
  active = table_of(isa);
  return 0;
}

void ckernels_random_bits(uint64_t key, uint64_t block, uint64_t *out, size_t blocks) {
  kernels()->random_bits(key, block, out, blocks);
}

void ckernels_random_uniforms(uint64_t key, uint64_t block, double *out, size_t count) {
  kernels()->random_uniforms(key, block, out, count);
}

void ckernels_random_uniforms_float(uint64_t key, uint64_t block, float *out, size_t count) {
  kernels()->random_uniforms_float(key, block, out, count);
}

void ckernels_random_bernoulli_float(
    uint64_t key, uint64_t block, float probability, float *out, size_t count) {
  const struct kernel_table *table = kernels();
  while (count > 0) {
    const size_t piece = count < 4096 ? count : 4096;
    table->random_uniforms_float(key, block, out, piece);
    for (size_t i = 0; i < piece; i++) out[i] = out[i] < probability ? 1.0f : 0.0f;
    block += piece / 4;
    out += piece;
    count -= piece;
  }
}

void ckernels_random_normals(uint64_t key, uint64_t block, double *out, size_t count) {
  kernels()->random_normals(key, block, out, count);
}

void ckernels_random_normals_float(uint64_t key, uint64_t block, float *out, size_t count) {
  kernels()->random_normals_float(key, block, out, count);
}

void ckernels_random_exponentials(uint64_t key, uint64_t block, double *out, size_t count) {
  kernels()->random_exponentials(key, block, out, count);
}

void ckernels_random_normals_of_keys(
    const uint64_t *keys, size_t rows, uint64_t block, double *out, size_t count) {
  kernels()->random_normals_of_keys(keys, rows, block, out, count);
}

void ckernels_random_fold(
    const uint64_t *keys, size_t count, uint64_t value, uint32_t level, uint64_t *out) {
  kernels()->random_fold(keys, count, value, level, out);
}

void ckernels_box_muller(const uint64_t *bits, double *out, size_t pairs) {
  kernels()->box_muller(bits, out, pairs);
}

void ckernels_box_muller_float(const uint32_t *bits, float *out, size_t pairs) {
  kernels()->box_muller_float(bits, out, pairs);
}
