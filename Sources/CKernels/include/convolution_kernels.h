#ifndef OUROBOROS_CONVOLUTION_KERNELS_H
#define OUROBOROS_CONVOLUTION_KERNELS_H

#include <stddef.h>

#include "product_kernels.h"

// Two-dimensional convolutions in Float on images with channels last. The order of every sum depends on
// the description and the instruction set only. Nothing here allocates: the caller passes scratch.
//
// 3×3 kernels with stride 1 and 4×4 kernels with stride 2, on 16 channels or more, go through Winograd's
// transforms: about half the multiplications, and rounding errors a few times those of a plain sum.

/// The sizes of a convolution, in the direction x -> y.
///
/// x        [batch][height][width][channels]
/// weights  [out_channels][kernel_height][kernel_width][channels / groups]
/// y        [batch][out_height][out_width][out_channels]
///
///   y[b][u][v][o] = Σ x[b][u·stride_y + r·dilation_y − pad_top][v·stride_x + s·dilation_x − pad_left][c]
///                     · weights[o][r][s][c′]        over r, s and the channels c of the group of o,
///
/// where x is zero outside the image: the output sizes imply the padding at bottom and right. All sizes are
/// positive. Channels and out_channels are multiples of groups. All arrays are contiguous; paddings are
/// >= 0.
///
/// `accumulate`, `activation` and `slope` act on what the pass at hand writes, in the order
/// activation(old + sum + bias). Backward weights takes neither activation nor bias.
typedef struct {
  long batch;
  long height, width, channels;
  long out_height, out_width, out_channels;
  long kernel_height, kernel_width;
  long stride_y, stride_x;
  long pad_top, pad_left;
  long dilation_y, dilation_x;
  long groups;
  int accumulate;
  int activation;
  float slope;
  int operands;
} ouroboros_convolution_t;

enum {
  OUROBOROS_CONVOLUTION_FORWARD = 0,
  OUROBOROS_CONVOLUTION_BACKWARD_DATA = 1,
  OUROBOROS_CONVOLUTION_BACKWARD_WEIGHTS = 2,
};

/// Bytes of scratch of a pass, whatever the instruction set; scratch is aligned to 64 bytes.
size_t ouroboros_convolution_scratch(const ouroboros_convolution_t *convolution, int pass);

/// y from x and weights; bias [out_channels] may be NULL.
void ouroboros_convolution_forward(const ouroboros_convolution_t *convolution, const float *x,
                                   const float *weights, float *y, const float *bias, void *scratch);

/// x from y and weights: the transpose of forward in x, which is also the transposed convolution
/// y -> x. bias [channels] may be NULL.
void ouroboros_convolution_backward_data(const ouroboros_convolution_t *convolution, const float *y,
                                         const float *weights, float *x, const float *bias,
                                         void *scratch);

/// weights from x and y: the transpose of forward in the weights.
void ouroboros_convolution_backward_weights(const ouroboros_convolution_t *convolution, const float *x,
                                            const float *y, float *weights, void *scratch);

#endif
