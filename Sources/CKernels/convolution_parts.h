// What the passes of the convolutions share.
#ifndef CONVOLUTION_PARTS_H
#define CONVOLUTION_PARTS_H

#include "convolution_kernels.h"
#include "product_blocks.h"

/// A window of images, which may reach beyond them, where they are zero.
struct frame {
  long row, column, rows, columns;
};

/// Copies a window of `count` images [height][width][channels] to [count][rows][columns][channels].
void convolution_frame(const struct product_table *table, const float *images, long count, long height,
                       long width, long channels, struct frame frame, int operands, float *out);

/// Sums over runs of A at many places against one B:
///   C[place][j] (+)= Σ over segments and p < length of a[a_places[place] + offsets[segment] + p] · B[p′][j],
/// p′ the running number of (segment, p). The packed B has panel after panel, each [segments·length][pitch].
struct convolution_sums {
  const struct product_table *table;
  const float *a;
  const long *a_places;
  float *c;
  const long *c_places;
  long places;
  const long *offsets;
  long segments, length;
  const float *packed;
  long n;
  const ouroboros_convolution_t *convolution;
  const float *bias;
};

void convolution_run_sums(const struct convolution_sums *sums);

/// Scratch handed out piece by piece; a pass with an arena that is `counting` computes nothing.
struct arena {
  char *start;
  size_t used;
  int counting;
};

static inline void *take(struct arena *arena, long count, size_t size) {
  void *piece = arena->counting ? NULL : arena->start + arena->used;
  arena->used += ((size_t)count * size + 63) / 64 * 64;
  return piece;
}

/// How a pass is cut: blocks of whole images, or of `rows` rows of one image that is too large.
struct convolution_blocks {
  long images, rows;
};

/// Blocks of which the window [images][·][columns][channels] stays in a second-level cache, `step` window
/// rows a row and `more` beyond.
struct convolution_blocks convolution_cut(long batch, long rows, long row_places, long step, long more,
                                          long row_floats);

/// Each pass.
void convolution_forward(const struct product_table *table, const ouroboros_convolution_t *x,
                         const float *in, const float *weights, float *out, const float *bias,
                         struct arena *arena);
void convolution_backward_data(const struct product_table *table, const ouroboros_convolution_t *x,
                               const float *out, const float *weights, float *in, const float *bias,
                               struct arena *arena);
void convolution_backward_weights(const struct product_table *table, const ouroboros_convolution_t *x,
                                  const float *in, const float *out, float *weights, struct arena *arena);

/// Whether a pass is cheaper by the taps (convolution_taps.c), and the pass: `backward` from y to x.
int convolution_forward_by_taps(const struct product_table *table, const ouroboros_convolution_t *x);
int convolution_backward_data_by_taps(const struct product_table *table, const ouroboros_convolution_t *x);
void convolution_by_taps(const struct product_table *table, const ouroboros_convolution_t *x, int backward,
                         const float *read, const float *weights, float *written, const float *bias,
                         struct arena *arena);

/// 1×1 convolutions as products (convolution_pointwise.c).
int convolution_is_pointwise(const ouroboros_convolution_t *x);
void convolution_forward_pointwise(const struct product_table *table, const ouroboros_convolution_t *x,
                                   const float *in, const float *weights, float *out, const float *bias,
                                   struct arena *arena);
void convolution_backward_data_pointwise(const struct product_table *table,
                                         const ouroboros_convolution_t *x, const float *out,
                                         const float *weights, float *in, const float *bias,
                                         struct arena *arena);
void convolution_backward_weights_pointwise(const struct product_table *table,
                                            const ouroboros_convolution_t *x, const float *in,
                                            const float *out, float *weights, struct arena *arena);

/// Whether a convolution is computed by Winograd's transforms (convolution_winograd.c), and its passes.
int convolution_by_winograd(const ouroboros_convolution_t *x);
void convolution_winograd(const struct product_table *table, const ouroboros_convolution_t *x, int backward,
                          const float *read, const float *weights, float *written, const float *bias,
                          struct arena *arena);
void convolution_winograd_weights(const struct product_table *table, const ouroboros_convolution_t *x,
                                  const float *in, const float *out, float *weights, struct arena *arena);

/// Whether every channel has its own kernel and its own output.
static inline int convolution_is_depthwise(const ouroboros_convolution_t *x) {
  return x->groups > 1 && x->groups == x->channels && x->groups == x->out_channels;
}

#endif
