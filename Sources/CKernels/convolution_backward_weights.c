#include <string.h>

#include "convolution_parts.h"

// Sums over all pixels of the output: a segment is one row of them. Where a row of the kernel spans whole
// vectors, the rows of a tile are output channels and its columns the contiguous entries of the window that
// a kernel row meets. Where it does not, the roles change, and the columns are output channels: the
// transposed gradient collects in scratch.
//
// Pairs of bfloat16 are the same pixels of two images, the last one's partner zero where their number is odd.

struct sums {
  const struct product_table *table;
  const ouroboros_convolution_t *convolution;
  const float *window, *out;
  const long *window_offsets, *out_offsets;
  long segments, length;
  /// Between the steps of a segment.
  long window_step, out_step;
  int pairs;
};

/// C[i][j] (+)= Σ over pixels of a[a_places[i] + …]·b[j + …].
static void run(const struct sums *x, const float *a, const long *a_places, const long *a_offsets,
                long a_step, const float *b, const long *b_offsets, long b_step, long m, long n, float *c,
                long c_row, int accumulate) {
  const struct product_table *table = x->table;
  const float *a_rows[MAXIMUM_ROWS];
  float *c_rows[MAXIMUM_ROWS];
  const long panels = panels_of(table, n), tiles = parts_of(m, table->rows);
  struct tile tile = {
      .a = a_rows, .c = c_rows, .a_offsets = a_offsets, .b_offsets = b_offsets, .segments = x->segments,
      .length = x->length, .a_step = a_step, .b_step = b_step, .alpha = 1,
      .accumulate = accumulate,
  };
  for (long panel = 0; panel < panels; panel++) {
    const long j = panel_start(table, n, panel), pitch = panel_start(table, n, panel + 1) - j;
    tile.b = b + j;
    tile.columns = smaller(pitch, n - j);
    for (long t = 0, i = 0; t < tiles; t++) {
      const long stop = m * (t + 1) / tiles, rows = stop - i;
      for (long r = 0; r < rows; r++, i++) {
        a_rows[r] = a + a_places[i];
        c_rows[r] = c + i * c_row + j;
      }
      (x->pairs ? table->bfloat_tile : table->tile)[rows - 1][pitch / table->width - 1](&tile);
    }
  }
}

/// Where the rows of the window of a block and of its output gradients begin.
static long segments_of(const ouroboros_convolution_t *x, struct frame frame, long images, long rows,
                        long out_floats, long *window_offsets, long *out_offsets) {
  long segment = 0;
  for (long b = 0; b < images; b++)
    for (long u = 0; u < rows; u++, segment++) {
      window_offsets[segment] = (b * frame.rows + u * x->stride_y) * frame.columns * x->channels;
      out_offsets[segment] = segment * out_floats;
    }
  return segment;
}

/// Rows of a tile are output channels.
static void outputs_down(const struct sums *x, struct frame frame, const long *counting, float *weights,
                         int accumulate) {
  const ouroboros_convolution_t *v = x->convolution;
  const long of_group = v->channels / v->groups, outputs = v->out_channels / v->groups;
  const int whole = v->groups == 1 && v->dilation_x == 1;
  const long across = whole ? 1 : v->kernel_width, n = whole ? v->kernel_width * of_group : of_group;
  const long row = v->kernel_height * v->kernel_width * of_group;
  for (long g = 0; g < v->groups; g++)
    for (long r = 0; r < v->kernel_height; r++)
      for (long s = 0; s < across; s++) {
        const float *from =
            x->window + (r * v->dilation_y * frame.columns + s * v->dilation_x) * v->channels + g * of_group;
        run(x, x->out + g * outputs, counting, x->out_offsets, x->out_step, from, x->window_offsets,
            x->window_step, outputs, n,
            weights + g * outputs * row + (r * v->kernel_width + s) * of_group, row, accumulate);
      }
}

/// Rows of a tile are entries of the kernel.
static void kernel_down(const struct sums *x, struct frame frame, long *places, float *transposed,
                        int accumulate) {
  const ouroboros_convolution_t *v = x->convolution;
  const long of_group = v->channels / v->groups, outputs = v->out_channels / v->groups;
  const long depth = v->kernel_height * v->kernel_width * of_group, pitch = rounded_up(outputs, x->table->width);
  for (long g = 0; g < v->groups; g++) {
    long i = 0;
    for (long r = 0; r < v->kernel_height; r++)
      for (long s = 0; s < v->kernel_width; s++)
        for (long c = 0; c < of_group; c++)
          places[i++] = (r * v->dilation_y * frame.columns + s * v->dilation_x) * v->channels + g * of_group + c;
    run(x, x->window, places, x->window_offsets, x->window_step, x->out + g * outputs, x->out_offsets,
        x->out_step, depth, outputs, transposed + g * depth * pitch, pitch, accumulate);
  }
}

/// weights [group][outputs][depth] (+)= the transposed sums [group][depth][pitch].
static void transpose_sums(const ouroboros_convolution_t *v, const float *transposed, long groups,
                           long depth, long outputs, long pitch, float *weights) {
  for (long g = 0; g < groups; g++)
    for (long o = 0; o < outputs; o++) {
      float *to = weights + (g * outputs + o) * depth;
      const float *from = transposed + g * depth * pitch + o;
      for (long p = 0; p < depth; p++) to[p] = (v->accumulate ? to[p] : 0) + from[p * pitch];
    }
}

/// Every channel by itself: sums [taps][pitch].
static void depthwise(const struct sums *x, struct frame frame, long *offsets, float *collected,
                      int accumulate) {
  const ouroboros_convolution_t *v = x->convolution;
  for (long r = 0; r < v->kernel_height; r++)
    for (long s = 0; s < v->kernel_width; s++)
      offsets[r * v->kernel_width + s] =
          (r * v->dilation_y * frame.columns + s * v->dilation_x) * v->channels;
  const struct depthwise_weights task = {
      .in = x->window, .out = x->out, .in_offsets = x->window_offsets, .out_offsets = x->out_offsets,
      .segments = x->segments, .length = v->out_width, .in_step = v->stride_x * v->channels,
      .out_step = v->channels, .offsets = offsets, .taps = v->kernel_height * v->kernel_width,
      .channels = v->channels, .pitch = rounded_up(v->channels, x->table->width), .sums = collected,
      .accumulate = accumulate,
  };
  x->table->depthwise_weights(&task);
}

/// The same floats of `count` images, at most two, as pairs. Writes whole vectors.
static void pair_up(const struct product_table *table, const float *images, long image, long count, long floats,
                    float *to) {
  table->pack_pairs(images, image, 1, count, floats, rounded_up(floats, table->width), to);
}

void convolution_backward_weights(const struct product_table *table, const ouroboros_convolution_t *x,
                                  const float *in, const float *out, float *weights, struct arena *arena) {
  if (convolution_is_pointwise(x)) {
    convolution_backward_weights_pointwise(table, x, in, out, weights, arena);
    return;
  }
  if (convolution_by_winograd(x)) {
    convolution_winograd_weights(table, x, in, out, weights, arena);
    return;
  }
  const long of_group = x->channels / x->groups, outputs = x->out_channels / x->groups;
  const long depth = x->kernel_height * x->kernel_width * of_group, pitch = rounded_up(outputs, table->width);
  const long run_length = x->groups == 1 && x->dilation_x == 1 ? x->kernel_width * of_group : of_group;
  const int alone = convolution_is_depthwise(x);
  const int turned = !alone && run_length < table->width && outputs > run_length;
  const long more = (x->kernel_height - 1) * x->dilation_y + 1 - x->stride_y;
  const long slack = table->vectors * table->width;
  struct frame frame = {.column = -x->pad_left};
  frame.columns = (x->out_width - 1) * x->stride_x + (x->kernel_width - 1) * x->dilation_x + 1;
  // Where pairs are multiplied an image of a block is a pair of images, no larger once it is laid out.
  const int pairs = in_pairs(table, x->operands) && !alone;
  const long of_pair = pairs ? 2 : 1;
  const struct convolution_blocks blocks =
      convolution_cut(parts_of(x->batch, of_pair), x->out_height, x->out_width, x->stride_y, more,
                      frame.columns * x->channels);
  const long most_rows = blocks.rows * x->stride_y + more, rows_of_block = blocks.images * blocks.rows;
  // Rows of B are read in whole vectors, beyond the last entry: the copies have room for that.
  const int copied = x->operands == OUROBOROS_OPERANDS_BFLOAT16 || (turned && outputs % table->width != 0);
  const long out_floats = x->out_width * x->out_channels;
  const long window_floats = blocks.images * most_rows * frame.columns * x->channels;
  float *window = take(arena, of_pair * window_floats + slack, sizeof(float));
  float *window_pairs = take(arena, pairs ? window_floats + slack : 0, sizeof(float));
  float *copy = take(arena, copied ? rows_of_block * out_floats + slack : 0, sizeof(float));
  const long collected = alone ? depth * rounded_up(x->channels, table->width) : depth * pitch * x->groups;
  float *transposed = take(arena, turned || alone ? collected : 0, sizeof(float));
  long *window_offsets = take(arena, rows_of_block, sizeof(long));
  long *out_offsets = take(arena, rows_of_block, sizeof(long));
  long *places = take(arena, depth > outputs ? depth : outputs, sizeof(long));
  if (arena->counting) return;

  struct sums sums = {
      .table = table, .convolution = x, .window = pairs ? window_pairs : window,
      .window_offsets = window_offsets, .out_offsets = out_offsets, .length = x->out_width,
      .window_step = x->stride_x * x->channels, .out_step = x->out_channels, .pairs = pairs,
  };
  for (long o = 0; o < outputs; o++) places[o] = o;
  for (long b = 0; b < x->batch; b += blocks.images * of_pair)
    for (long u = 0; u < x->out_height; u += blocks.rows) {
      const long images = smaller(blocks.images * of_pair, x->batch - b);
      const long rows = smaller(blocks.rows, x->out_height - u);
      frame.row = u * x->stride_y - x->pad_top;
      frame.rows = rows * x->stride_y + more;
      convolution_frame(table, in + b * x->height * x->width * x->channels, images, x->height, x->width,
                        x->channels, frame, pairs ? OUROBOROS_OPERANDS_FLOAT : x->operands, 1, window);
      sums.out = out + (b * x->out_height + u) * out_floats;
      if (pairs) {
        const long image = x->out_height * out_floats, floats = frame.rows * frame.columns * x->channels;
        for (long i = 0; i < images; i += 2) {
          const long count = smaller(2, images - i);
          pair_up(table, window + i * floats, floats, count, floats, window_pairs + i / 2 * floats);
          pair_up(table, sums.out + i * image, image, count, rows * out_floats, copy + i / 2 * rows * out_floats);
        }
        sums.out = copy;
      } else if (copied) {
        const struct frame all = {0, 0, rows, x->out_width};
        convolution_frame(table, sums.out, images, rows, x->out_width, x->out_channels, all, x->operands,
                          1, copy);
        sums.out = copy;
      }
      sums.segments = segments_of(x, frame, parts_of(images, of_pair), rows, out_floats, window_offsets, out_offsets);
      const int later = b > 0 || u > 0;
      if (alone) depthwise(&sums, frame, places, transposed, later);
      else if (turned) kernel_down(&sums, frame, places, transposed, later);
      else outputs_down(&sums, frame, places, weights, x->accumulate || later);
    }
  if (turned) transpose_sums(x, transposed, x->groups, depth, outputs, pitch, weights);
  if (alone)
    transpose_sums(x, transposed, 1, depth, x->channels, rounded_up(x->channels, table->width), weights);
}
