// The product kernels for the instruction set of the build.
#include "product_table.h"

#define KERNEL(name) name##_baseline
#define WIDTH 4
#define ROWS 6
#define VECTORS 2
#define LOAD_PART(p, count) load_part(p, count)
#define STORE_PART(p, count, v) store_part(p, count, v)

typedef float four __attribute__((vector_size(16), aligned(4)));

static inline four load_part(const float *p, long count) {
  four v = {0};
  for (long i = 0; i < count && i < WIDTH; i++) v[i] = p[i];
  return v;
}

static inline void store_part(float *p, long count, four v) {
  for (long i = 0; i < count && i < WIDTH; i++) p[i] = v[i];
}

#include "product_tile.h"
#include "product_pack.h"
#include "convolution_depthwise.h"
#include "convolution_winograd.h"
#include "product_dot.h"
#include "product_peak.h"

#include "product_names.h"
