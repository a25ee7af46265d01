#include "convolution_parts.h"

#include <string.h>

// Convolutions that write few channels. As sums over the kernel they would fill a fraction of a vector; so
// every pixel that is read is multiplied by the whole kernel first, as one product
//   taps [n × pixels] = kernel [n × channels read] · pixelsᵀ,   n = kernel positions · channels written,
// and the taps that meet at a pixel are added after, along rows of pixels.

/// line[i] += from[i·step] for i < count.
static void add_run(const struct product_table *table, float *line, const float *from, long step,
                    long count) {
  if (step == 1) table->add(line, from, count);
  else
    for (long i = 0; i < count; i++) line[i] += from[i * step];
}

/// The first i >= 0 with i·step + shift >= 0, and the number of i < count from there with i·step + shift < size.
static long range_of(long step, long shift, long count, long size, long *first) {
  *first = shift >= 0 ? 0 : (-shift + step - 1) / step;
  const long end = size - shift <= 0 ? 0 : (size - shift + step - 1) / step;
  const long stop = smaller(end, count);
  return stop > *first ? stop - *first : 0;
}

/// Output row u of forward, [out_channels][out_width], from the taps [out_channels][kernel][height][width].
static void forward_row(const struct product_table *table, const ouroboros_convolution_t *x,
                        const float *taps, long u, float *lines) {
  const long kernel = x->kernel_height * x->kernel_width, pixels = x->height * x->width;
  for (long r = 0; r < x->kernel_height; r++) {
    const long y = u * x->stride_y + r * x->dilation_y - x->pad_top;
    if (y < 0 || y >= x->height) continue;
    for (long s = 0; s < x->kernel_width; s++) {
      const long shift = s * x->dilation_x - x->pad_left;
      long v;
      const long count = range_of(x->stride_x, shift, x->out_width, x->width, &v);
      const float *from = taps + (r * x->kernel_width + s) * pixels + y * x->width + v * x->stride_x + shift;
      for (long o = 0; o < x->out_channels; o++)
        add_run(table, lines + o * x->out_width + v, from + o * kernel * pixels, x->stride_x, count);
    }
  }
}

/// Row y of backward data from the taps [kernel][channels][out_height][out_width], the pixels of a row sorted
/// by remainder: [channels][stride_x][pitch], pixel column at t = (column + pad_left) / stride_x.
static void backward_row(const struct product_table *table, const ouroboros_convolution_t *x,
                         const float *taps, long y, long pitch, float *lines) {
  const long pixels = x->out_height * x->out_width;
  for (long r = 0; r < x->kernel_height; r++) {
    const long u = (y + x->pad_top - r * x->dilation_y) / x->stride_y;
    if (u < 0 || u >= x->out_height || u * x->stride_y + r * x->dilation_y != y + x->pad_top) continue;
    for (long s = 0; s < x->kernel_width; s++) {
      const long right = s * x->dilation_x % x->stride_x, shift = s * x->dilation_x / x->stride_x;
      const long count = smaller(x->out_width, pitch - shift);
      const float *from = taps + (r * x->kernel_width + s) * x->channels * pixels + u * x->out_width;
      for (long c = 0; c < x->channels && count > 0; c++)
        table->add(lines + (c * x->stride_x + right) * pitch + shift, from + c * pixels, count);
    }
  }
}

/// Writes a row of `count` pixels; pixel i of channel c is lines[c·plane + place of i].
static void finish_row(const ouroboros_convolution_t *x, const float *lines, long plane, long stride,
                       long shift, long pitch, long count, long channels, const float *bias, float *row) {
  const int is_relu = x->activation == OUROBOROS_ACTIVATION_RELU;
  for (long c = 0; c < channels; c++) {
    const float *line = lines + c * plane;
    const float offset = bias ? bias[c] : 0;
    long phase = shift % stride, t = shift / stride;
    for (long i = 0; i < count; i++) {
      float *out = row + i * channels + c;
      float value = line[phase * pitch + t] + offset;
      if (x->accumulate) value += *out;
      if (x->activation != OUROBOROS_ACTIVATION_NONE && value <= 0)
        value = is_relu ? 0 : value * x->slope;
      *out = value;
      if (++phase == stride) phase = 0, t++;
    }
  }
}

/// Whether the taps cost fewer vector multiply-adds than the sums over the kernel, for an image.
static int fewer(const struct product_table *table, double taps, double places_of_taps,
                 double channels_read, double sums, double written, double places) {
  const double width = (double)table->width;
  // Laying out the pixels, and adding the taps with the narrowest vectors.
  const double moving = places_of_taps * channels_read / 2 + places_of_taps * taps;
  return places_of_taps * taps * channels_read / width + moving <
         places * sums * (double)parts_of((long)written, (long)width);
}

int convolution_forward_by_taps(const struct product_table *table, const ouroboros_convolution_t *x) {
  const long kernel = x->kernel_height * x->kernel_width;
  return x->groups == 1 && kernel > 1 &&
         fewer(table, (double)(kernel * x->out_channels), (double)(x->height * x->width), (double)x->channels,
               (double)(kernel * x->channels), (double)x->out_channels, (double)(x->out_height * x->out_width));
}

int convolution_backward_data_by_taps(const struct product_table *table, const ouroboros_convolution_t *x) {
  const double kernel = (double)(x->kernel_height * x->kernel_width);
  return x->groups == 1 && kernel > 1 &&
         fewer(table, kernel * (double)x->channels, (double)(x->out_height * x->out_width), (double)x->out_channels,
               kernel / (double)(x->stride_y * x->stride_x) * (double)x->out_channels, (double)x->channels,
               (double)(x->height * x->width));
}

void convolution_by_taps(const struct product_table *table, const ouroboros_convolution_t *x, int backward,
                         const float *read, const float *weights, float *written, const float *bias,
                         struct arena *arena) {
  const long kernel = x->kernel_height * x->kernel_width;
  const long pixels = backward ? x->out_height * x->out_width : x->height * x->width;
  const long sums = backward ? x->out_channels : x->channels;
  const long channels = backward ? x->channels : x->out_channels, n = kernel * channels;
  const long rows = backward ? x->height : x->out_height, columns = backward ? x->width : x->out_width;
  const long stride = backward ? x->stride_x : 1, shift = backward ? x->pad_left : 0;
  const long pitch = (columns - 1 + shift) / stride + 1;
  // The kernel stands as [out_channels][positions][channels].
  struct product_task task = {.table = table, .m = n, .n = pixels, .k = sums,
                              .a_row = backward ? 1 : sums, .a_column = backward ? n : 1,
                              .b_row = 1, .b_column = sums, .c_row = pixels, .alpha = 1,
                              .operands = x->operands};
  product_cut(&task, 0);
  float *taps = take(arena, n * pixels, sizeof(float));
  float *lines = take(arena, channels * stride * pitch, sizeof(float));
  task.scratch_a = take(arena, product_scratch_a(&task), sizeof(float));
  task.scratch_b = take(arena, product_scratch_b(&task), sizeof(float));
  if (arena->counting) return;

  task.a = weights;
  task.c = taps;
  for (long b = 0; b < x->batch; b++) {
    task.b = read + b * pixels * sums;
    product_run(&task);
    for (long row = 0; row < rows; row++) {
      memset(lines, 0, (size_t)(channels * stride * pitch) * sizeof(float));
      if (backward) backward_row(task.table, x, taps, row, pitch, lines);
      else forward_row(task.table, x, taps, row, lines);
      finish_row(x, lines, stride * pitch, stride, shift, pitch, columns, channels, bias,
                 written + (b * rows + row) * columns * channels);
    }
  }
}
