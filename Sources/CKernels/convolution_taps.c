#include "convolution_parts.h"

#include <string.h>

// Convolutions that write few channels. As sums over the kernel they would fill a fraction of a vector; so
// every pixel that is read is multiplied by the whole kernel first, as one product whose columns are the
// kernel's positions ("taps") times the channels written, and the taps that meet at a pixel are added after.

/// out[i·out_step + c] += from[i·from_step + c·from_channel] for i < count, c < channels.
static void add_taps(float *restrict out, long out_step, const float *restrict from, long from_step,
                     long from_channel, long count, long channels) {
  if (channels == 1)
    for (long i = 0; i < count; i++) out[i * out_step] += from[i * from_step];
  else
    for (long i = 0; i < count; i++)
      for (long c = 0; c < channels; c++) out[i * out_step + c] += from[i * from_step + c * from_channel];
}

static void finish_row(const ouroboros_convolution_t *x, float *row, long pixels, long channels,
                       const float *bias) {
  const float slope = x->activation == OUROBOROS_ACTIVATION_RELU ? 0 : x->slope;
  for (long i = 0; i < pixels; i++)
    for (long c = 0; c < channels; c++) {
      float value = row[i * channels + c] + (bias ? bias[c] : 0);
      if (x->activation != OUROBOROS_ACTIVATION_NONE && value <= 0) value *= slope;
      row[i * channels + c] = value;
    }
}

/// The first i >= 0 with i·step + shift >= 0, and the number of i < count from there with i·step + shift < size.
static long range_of(long step, long shift, long count, long size, long *first) {
  *first = shift >= 0 ? 0 : (-shift + step - 1) / step;
  const long end = size - shift <= 0 ? 0 : (size - shift + step - 1) / step;
  const long stop = smaller(end, count);
  return stop > *first ? stop - *first : 0;
}

/// One output row u of forward from the taps [height][width][out_channels][kernel].
static void forward_row(const ouroboros_convolution_t *x, const float *taps, long u, float *out) {
  const long kernel = x->kernel_height * x->kernel_width, n = kernel * x->out_channels;
  for (long r = 0; r < x->kernel_height; r++) {
    const long y = u * x->stride_y + r * x->dilation_y - x->pad_top;
    if (y < 0 || y >= x->height) continue;
    for (long s = 0; s < x->kernel_width; s++) {
      const long shift = s * x->dilation_x - x->pad_left;
      long v;
      const long count = range_of(x->stride_x, shift, x->out_width, x->width, &v);
      if (count > 0)
        add_taps(out + v * x->out_channels, x->out_channels,
                 taps + (y * x->width + v * x->stride_x + shift) * n + r * x->kernel_width + s,
                 x->stride_x * n, kernel, count, x->out_channels);
    }
  }
}

/// One row y of backward data from the taps [out_height][out_width][kernel][channels].
static void backward_row(const ouroboros_convolution_t *x, const float *taps, long y, float *in) {
  const long n = x->kernel_height * x->kernel_width * x->channels;
  for (long r = 0; r < x->kernel_height; r++) {
    const long u = (y + x->pad_top - r * x->dilation_y) / x->stride_y;
    if (u < 0 || u >= x->out_height || u * x->stride_y + r * x->dilation_y != y + x->pad_top) continue;
    for (long s = 0; s < x->kernel_width; s++) {
      const long shift = s * x->dilation_x - x->pad_left;
      long v;
      const long count = range_of(x->stride_x, shift, x->out_width, x->width, &v);
      if (count > 0)
        add_taps(in + (v * x->stride_x + shift) * x->channels, x->stride_x * x->channels,
                 taps + (u * x->out_width + v) * n + (r * x->kernel_width + s) * x->channels, n, 1, count,
                 x->channels);
    }
  }
}

/// Vector multiply-adds a pixel of both ways.
static int fewer(const struct product_table *table, long sums_of_taps, long taps, long places_of_taps,
                 long sums, long channels, long places) {
  const double by_taps = (double)places_of_taps * sums_of_taps * parts_of(taps, table->width);
  // An added tap costs about as much as two multiply-adds of vectors.
  const double adding = 2.0 * places * sums / sums_of_taps * channels;
  return by_taps + adding < (double)places * sums * parts_of(channels, table->width);
}

int convolution_forward_by_taps(const ouroboros_convolution_t *x) {
  const long kernel = x->kernel_height * x->kernel_width;
  return x->groups == 1 && kernel > 1 &&
         fewer(product_table(), x->channels, kernel * x->out_channels, x->height * x->width,
               kernel * x->channels, x->out_channels, x->out_height * x->out_width);
}

int convolution_backward_data_by_taps(const ouroboros_convolution_t *x) {
  const long kernel = x->kernel_height * x->kernel_width, strides = x->stride_y * x->stride_x;
  return x->groups == 1 && kernel > 1 &&
         fewer(product_table(), x->out_channels, kernel * x->channels, x->out_height * x->out_width,
               (kernel + strides - 1) / strides * x->out_channels, x->channels, x->height * x->width);
}

/// The taps of one image: [pixels × sums] · [sums × n].
static struct product_task task_of(long pixels, long n, long sums) {
  struct product_task task = {.table = product_table(), .m = pixels, .n = n, .k = sums, .a_row = sums,
                              .a_column = 1, .c_row = n, .alpha = 1};
  product_cut(&task);
  return task;
}

void convolution_by_taps(const ouroboros_convolution_t *x, int backward, const float *read, const float *weights,
                         float *written, const float *bias, struct arena *arena) {
  const long kernel = x->kernel_height * x->kernel_width;
  const long pixels = backward ? x->out_height * x->out_width : x->height * x->width;
  const long sums = backward ? x->out_channels : x->channels;
  const long channels = backward ? x->channels : x->out_channels, n = kernel * channels;
  const long rows = backward ? x->height : x->out_height, columns = backward ? x->width : x->out_width;
  const int rounding = x->operands == OUROBOROS_OPERANDS_BFLOAT16;
  struct product_task task = task_of(pixels, n, sums);
  float *packed = take(arena, product_packed_floats(task.table, n, sums, OUROBOROS_OPERANDS_FLOAT), sizeof(float));
  float *taps = take(arena, pixels * n, sizeof(float));
  float *copy = take(arena, rounding ? pixels * sums : 0, sizeof(float));
  task.scratch_a = take(arena, product_scratch_a(&task), sizeof(float));
  if (!arena->start) return;

  // The kernel stands as [out_channels][taps][channels]: tap after tap for backward, and for forward output
  // channel after output channel.
  product_pack_all(task.table, weights, backward ? n : 1, backward ? 1 : sums, n, sums, task.depth,
                   OUROBOROS_OPERANDS_FLOAT, packed);
  if (rounding) task.table->round(packed, product_packed_floats(task.table, n, sums, OUROBOROS_OPERANDS_FLOAT));
  task.packed = packed;
  task.c = taps;
  for (long b = 0; b < x->batch; b++) {
    task.a = read + b * pixels * sums;
    if (rounding) {
      memcpy(copy, task.a, (size_t)(pixels * sums) * sizeof(float));
      task.table->round(copy, pixels * sums);
      task.a = copy;
    }
    product_run(&task);
    for (long row = 0; row < rows; row++) {
      float *out = written + (b * rows + row) * columns * channels;
      if (!x->accumulate) memset(out, 0, (size_t)(columns * channels) * sizeof(float));
      if (backward) backward_row(x, taps, row, out);
      else forward_row(x, taps, row, out);
      finish_row(x, out, columns, channels, bias);
    }
  }
}
