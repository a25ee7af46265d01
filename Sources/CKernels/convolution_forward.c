#include "convolution_parts.h"

/// The places of a block in the window and in the output, row by row.
static void places_of(const ouroboros_convolution_t *x, struct frame frame, long images, long rows,
                      long *a_places, long *c_places) {
  const long channels = x->channels, image = frame.rows * frame.columns * channels;
  long place = 0;
  for (long b = 0; b < images; b++)
    for (long u = 0; u < rows; u++)
      for (long v = 0; v < x->out_width; v++, place++) {
        a_places[place] = b * image + (u * x->stride_y * frame.columns + v * x->stride_x) * channels;
        c_places[place] = place * x->out_channels;
      }
}

/// Runs of A that follow each other in memory: whole rows of the kernel where they are contiguous.
static long segments_of(const ouroboros_convolution_t *x, struct frame frame, long *length, long *offsets) {
  const long of_group = x->channels / x->groups;
  const int rows = x->groups == 1 && x->dilation_x == 1;
  const long across = rows ? 1 : x->kernel_width;
  *length = rows ? x->kernel_width * of_group : of_group;
  if (offsets)
    for (long r = 0; r < x->kernel_height; r++)
      for (long s = 0; s < across; s++)
        offsets[r * across + s] =
            (r * x->dilation_y * frame.columns + s * x->dilation_x) * x->channels;
  return x->kernel_height * across;
}

static void pack_weights(const struct product_table *table, const ouroboros_convolution_t *x,
                         const float *weights, float *packed) {
  const long n = x->out_channels / x->groups;
  const long depth = x->kernel_height * x->kernel_width * (x->channels / x->groups);
  if (convolution_is_depthwise(x)) {
    table->pack(weights, 1, depth, depth, x->channels, rounded_up(x->channels, table->width), packed);
    if (x->operands == OUROBOROS_OPERANDS_BFLOAT16)
      table->round(packed, rounded_up(x->channels, table->width) * depth);
    return;
  }
  for (long g = 0; g < x->groups; g++) {
    float *to = packed + g * rounded_up(n, table->width) * depth;
    product_pack_all(table, weights + g * n * depth, 1, depth, n, depth, depth,
                     OUROBOROS_OPERANDS_FLOAT, to);
    if (x->operands == OUROBOROS_OPERANDS_BFLOAT16) table->round(to, rounded_up(n, table->width) * depth);
  }
}

void convolution_forward(const struct product_table *table, const ouroboros_convolution_t *x,
                         const float *in, const float *weights, float *out, const float *bias,
                         struct arena *arena) {
  if (convolution_is_pointwise(x)) {
    convolution_forward_pointwise(table, x, in, weights, out, bias, arena);
    return;
  }
  if (convolution_by_winograd(x)) {
    convolution_winograd(table, x, 0, in, weights, out, bias, arena);
    return;
  }
  if (convolution_forward_by_taps(table, x)) {
    convolution_by_taps(table, x, 0, in, weights, out, bias, arena);
    return;
  }
  const long n = x->out_channels / x->groups, of_group = x->channels / x->groups;
  const long depth = x->kernel_height * x->kernel_width * of_group;
  const long more = (x->kernel_height - 1) * x->dilation_y + 1 - x->stride_y;
  struct frame frame = {.column = -x->pad_left};
  frame.columns = (x->out_width - 1) * x->stride_x + (x->kernel_width - 1) * x->dilation_x + 1;
  const struct convolution_blocks blocks = convolution_cut(
      x->batch, x->out_height, x->out_width, x->stride_y, more, frame.columns * x->channels);
  const long most_rows = blocks.rows * x->stride_y + more, places = blocks.images * blocks.rows * x->out_width;
  long length;
  const long segments = segments_of(x, frame, &length, NULL);
  float *window = take(arena, blocks.images * most_rows * frame.columns * x->channels, sizeof(float));
  float *packed = take(arena, rounded_up(n, table->width) * depth * x->groups, sizeof(float));
  long *a_places = take(arena, places, sizeof(long)), *c_places = take(arena, places, sizeof(long));
  long *offsets = take(arena, segments, sizeof(long));
  if (arena->counting) return;

  segments_of(x, frame, &length, offsets);
  pack_weights(table, x, weights, packed);
  struct convolution_sums sums = {
      .table = table, .a_places = a_places, .c_places = c_places, .offsets = offsets,
      .segments = segments, .length = length, .n = n, .convolution = x,
  };
  for (long b = 0; b < x->batch; b += blocks.images)
    for (long u = 0; u < x->out_height; u += blocks.rows) {
      const long images = smaller(blocks.images, x->batch - b), rows = smaller(blocks.rows, x->out_height - u);
      frame.row = u * x->stride_y - x->pad_top;
      frame.rows = rows * x->stride_y + more;
      convolution_frame(table, in + b * x->height * x->width * x->channels, images, x->height, x->width,
                        x->channels, frame, x->operands, window);
      places_of(x, frame, images, rows, a_places, c_places);
      sums.places = images * rows * x->out_width;
      const long calls = convolution_is_depthwise(x) ? 1 : x->groups;
      for (long g = 0; g < calls; g++) {
        sums.a = window + g * of_group;
        sums.c = out + (b * x->out_height + u) * x->out_width * x->out_channels + g * n;
        sums.packed = packed + g * rounded_up(n, table->width) * depth;
        sums.bias = bias ? bias + g * n : NULL;
        convolution_run_sums(&sums);
      }
    }
}
