#include "convolution_parts.h"

// With strides, pixel (y, x) of the images meets only the kernel rows r with
// r·dilation_y ≡ y + pad_top (mod stride_y), and likewise in x. The pixels of one remainder, a phase, form a
// convolution with stride 1 over the output gradients, with part of the kernel: no product with an inserted
// zero is made. With t = ⌊(y + pad_top) / stride_y⌋ kernel row r meets output row t − e,
// e = (r·dilation_y − remainder) / stride_y >= 0.

/// One axis of a phase: the kernel positions that meet it, from the last to the first.
struct axis {
  long taps, last, tap_step, shift_of_last, shift_step;
};

static struct axis axis_of(long kernel, long stride, long dilation, long remainder) {
  struct axis axis = {0};
  for (long r = 0; r < kernel; r++)
    if ((r * dilation - remainder) % stride == 0) {
      axis.tap_step = r - axis.last;
      axis.last = r;
      axis.taps++;
    }
  axis.shift_of_last = (axis.last * dilation - remainder) / stride;
  axis.shift_step = axis.tap_step * dilation / stride;
  return axis;
}

static long tap_of(struct axis axis, long i) { return axis.last - i * axis.tap_step; }

static long shift_of(struct axis axis, long i) { return axis.shift_of_last - i * axis.shift_step; }

/// Runs of A of a phase, relative to output pixel (t, t′).
static long segments_of(const ouroboros_convolution_t *x, struct axis down, struct axis right, long columns,
                        long *length, long *offsets) {
  const int rows = x->groups == 1 && (right.taps <= 1 || right.shift_step == 1);
  const long across = right.taps == 0 ? 0 : rows ? 1 : right.taps;
  *length = rows ? right.taps * x->out_channels : x->out_channels / x->groups;
  if (offsets)
    for (long i = 0; i < down.taps; i++)
      for (long j = 0; j < across; j++)
        offsets[i * across + j] = -(shift_of(down, i) * columns + shift_of(right, j)) * x->out_channels;
  return down.taps * across;
}

/// Lays out the part of the kernel of one phase, [taps · output channels] × [input channels of the group].
static void pack_phase(const struct product_table *table, const ouroboros_convolution_t *x,
                       struct axis down, struct axis right, const float *weights, float *packed) {
  const long n = x->channels / x->groups, outputs = x->out_channels / x->groups;
  const long row = x->kernel_height * x->kernel_width * n, depth = down.taps * right.taps * outputs;
  if (convolution_is_depthwise(x)) {
    const long pitch = rounded_up(x->channels, table->width);
    float *to = packed;
    for (long i = 0; i < down.taps; i++)
      for (long j = 0; j < right.taps; j++, to += pitch)
        table->pack(weights + tap_of(down, i) * x->kernel_width + tap_of(right, j), 1, row, 1, x->channels,
                    pitch, to);
    if (x->operands == OUROBOROS_OPERANDS_BFLOAT16) table->round(packed, to - packed);
    return;
  }
  for (long panel = 0; panel < panels_of(table, n); panel++) {
    const long c = panel_start(table, n, panel), pitch = panel_start(table, n, panel + 1) - c;
    float *to = packed + c * depth;
    for (long i = 0; i < down.taps; i++)
      for (long j = 0; j < right.taps; j++, to += outputs * pitch)
        table->pack(weights + (tap_of(down, i) * x->kernel_width + tap_of(right, j)) * n + c, row, 1, outputs,
                    smaller(pitch, n - c), pitch, to);
  }
  if (x->operands == OUROBOROS_OPERANDS_BFLOAT16) table->round(packed, rounded_up(n, table->width) * depth);
}

/// The pixels of a phase in a block of rows t … and their places in the window, which begins at `frame`.
static long places_of(const ouroboros_convolution_t *x, struct frame frame, long images, long t, long rows,
                      long down, long right, long *a_places, long *c_places) {
  const long first = x->pad_left / x->stride_x, end = (x->width - 1 + x->pad_left) / x->stride_x + 1;
  long place = 0;
  for (long b = 0; b < images; b++)
    for (long i = t; i < t + rows; i++) {
      const long row = i * x->stride_y + down - x->pad_top;
      if (row < 0 || row >= x->height) continue;
      for (long j = first; j < end; j++) {
        const long column = j * x->stride_x + right - x->pad_left;
        if (column < 0 || column >= x->width) continue;
        a_places[place] =
            ((b * frame.rows + i - frame.row) * frame.columns + j - frame.column) * x->out_channels;
        c_places[place++] = ((b * x->height + row) * x->width + column) * x->channels;
      }
    }
  return place;
}

void convolution_backward_data(const struct product_table *table, const ouroboros_convolution_t *x,
                               const float *out, const float *weights, float *in, const float *bias,
                               struct arena *arena) {
  if (convolution_is_pointwise(x)) {
    convolution_backward_data_pointwise(table, x, out, weights, in, bias, arena);
    return;
  }
  if (convolution_by_winograd(x)) {
    convolution_winograd(table, x, 1, out, weights, in, bias, arena);
    return;
  }
  if (convolution_backward_data_by_taps(table, x)) {
    convolution_by_taps(table, x, 1, out, weights, in, bias, arena);
    return;
  }
  const long n = x->channels / x->groups, outputs = x->out_channels / x->groups;
  const long padded = rounded_up(n, table->width), taps = x->kernel_height * x->kernel_width;
  const long reach_y = (x->kernel_height - 1) * x->dilation_y / x->stride_y;
  const long reach_x = (x->kernel_width - 1) * x->dilation_x / x->stride_x;
  const long first = x->pad_top / x->stride_y, end = (x->height - 1 + x->pad_top) / x->stride_y + 1;
  struct frame frame = {.column = x->pad_left / x->stride_x - reach_x};
  frame.columns = (x->width - 1 + x->pad_left) / x->stride_x + 1 - frame.column;
  const struct convolution_blocks blocks = convolution_cut(
      x->batch, end - first, frame.columns, 1, reach_y, frame.columns * x->out_channels);
  const long places = blocks.images * blocks.rows * frame.columns;
  float *window = take(arena, blocks.images * (blocks.rows + reach_y) * frame.columns * x->out_channels,
                       sizeof(float));
  float *packed = take(arena, padded * taps * outputs * x->groups, sizeof(float));
  long *a_places = take(arena, places, sizeof(long)), *c_places = take(arena, places, sizeof(long));
  long *offsets = take(arena, taps, sizeof(long));
  if (arena->counting) return;

  const long phases = x->stride_y * x->stride_x, calls = convolution_is_depthwise(x) ? 1 : x->groups;
  const long part_floats =
      convolution_is_depthwise(x) ? rounded_up(x->channels, table->width) : padded * outputs;
  struct convolution_sums sums = {.table = table, .a_places = a_places, .c_places = c_places,
                                  .offsets = offsets, .n = n, .convolution = x};
  for (long b = 0; b < x->batch; b += blocks.images)
    for (long t = first; t < end; t += blocks.rows) {
      const long images = smaller(blocks.images, x->batch - b), rows = smaller(blocks.rows, end - t);
      frame.row = t - reach_y;
      frame.rows = rows + reach_y;
      convolution_frame(table, out + b * x->out_height * x->out_width * x->out_channels, images,
                        x->out_height, x->out_width, x->out_channels, frame, x->operands, window);
      float *part = packed;
      for (long phase = 0; phase < phases; phase++) {
        const long down = phase / x->stride_x, right = phase % x->stride_x;
        const struct axis axis_y = axis_of(x->kernel_height, x->stride_y, x->dilation_y, down);
        const struct axis axis_x = axis_of(x->kernel_width, x->stride_x, x->dilation_x, right);
        sums.segments = segments_of(x, axis_y, axis_x, frame.columns, &sums.length, offsets);
        sums.places = places_of(x, frame, images, t, rows, down, right, a_places, c_places);
        const long meeting = axis_y.taps * axis_x.taps;
        for (long g = 0; g < calls; g++, part += part_floats * meeting) {
          if (b == 0 && t == first)
            pack_phase(table, x, axis_y, axis_x, weights + g * outputs * taps * n, part);
          sums.a = window + g * outputs;
          sums.c = in + b * x->height * x->width * x->channels + g * n;
          sums.packed = part;
          sums.bias = bias ? bias + g * n : NULL;
          convolution_run_sums(&sums);
        }
      }
    }
}
