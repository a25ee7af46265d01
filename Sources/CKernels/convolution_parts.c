#include "convolution_parts.h"

#include <string.h>

enum {
  /// Floats of a window, for a second-level cache to hold beside a panel of B.
  WINDOW_FLOATS = 1 << 16,
  /// Places a block has at least where images are small, so that panels of B are read seldom.
  FEWEST_PLACES = 256,
  LONGEST_SUM = 1024,
};

void convolution_frame(const struct product_table *table, const float *images, long count, long height,
                       long width, long channels, struct frame frame, int operands, long unit, float *out) {
  const long size = unit == 2 ? sizeof(uint16_t) : sizeof(float), pixel = channels * size;
  const long left = frame.column < 0 ? smaller(-frame.column, frame.columns) : 0;
  const long end = frame.column + frame.columns;
  const long right = end > width ? smaller(end - width, frame.columns - left) : 0;
  const long there = frame.columns - left - right;
  char *to = (char *)out;
  for (long b = 0; b < count; b++)
    for (long r = 0; r < frame.rows; r++, to += frame.columns * pixel) {
      const long y = frame.row + r;
      if (y < 0 || y >= height || there <= 0) {
        memset(to, 0, (size_t)(frame.columns * pixel));
        continue;
      }
      const float *from = images + ((b * height + y) * width + frame.column + left) * channels;
      memset(to, 0, (size_t)(left * pixel));
      if (unit == 2) table->narrow(from, there * channels, (uint16_t *)(to + left * pixel));
      else memcpy(to + left * pixel, from, (size_t)(there * pixel));
      memset(to + (left + there) * pixel, 0, (size_t)(right * pixel));
    }
  if (operands == OUROBOROS_OPERANDS_BFLOAT16 && unit == 1)
    table->round(out, count * frame.rows * frame.columns * channels);
}

struct convolution_blocks convolution_cut(long batch, long rows, long row_places, long step, long more,
                                          long row_floats) {
  struct convolution_blocks blocks = {1, rows};
  const long image = (rows * step + more) * row_floats;
  if (image > WINDOW_FLOATS) {
    const long fit = (WINDOW_FLOATS / row_floats - more) / step;
    blocks.rows = parts_of(rows, parts_of(rows, fit < 1 ? 1 : fit));
  } else {
    const long wanted = parts_of(FEWEST_PLACES, rows * row_places), most = WINDOW_FLOATS / image;
    blocks.images = smaller(batch, smaller(wanted, most < 1 ? 1 : most));
    if (blocks.images < 1) blocks.images = 1;
  }
  return blocks;
}

/// Depthwise: all channels at once.
static void run_depthwise(const struct convolution_sums *x) {
  const ouroboros_convolution_t *v = x->convolution;
  const struct depthwise sums = {
      .a = x->a, .a_places = x->a_places, .c = x->c, .c_places = x->c_places, .places = x->places,
      .offsets = x->offsets, .taps = x->segments, .channels = v->channels,
      .pitch = rounded_up(v->channels, x->table->width), .weights = x->packed,
      .accumulate = v->accumulate, .bias = x->bias, .activation = v->activation, .slope = v->slope,
  };
  x->table->depthwise(&sums);
}

void convolution_run_sums(const struct convolution_sums *x) {
  if (convolution_is_depthwise(x->convolution)) {
    run_depthwise(x);
    return;
  }
  const struct product_table *table = x->table;
  const long depth = x->segments * x->length, panels = panels_of(table, x->n);
  const float *a_rows[MAXIMUM_ROWS];
  float *c_rows[MAXIMUM_ROWS];
  struct tile tile = {
      .a = a_rows, .c = c_rows, .a_offsets = x->offsets, .b_offsets = NULL, .length = x->length,
      .a_step = 1, .alpha = 1, .slope = x->convolution->slope,
  };
  const long tiles = parts_of(x->places, table->rows);
  const long most = x->length < LONGEST_SUM ? LONGEST_SUM / (x->length > 0 ? x->length : 1) : 1;
  const long blocks = x->segments > most ? parts_of(x->segments, most) : 1;
  for (long block = 0; block < blocks; block++) {
    const long first = x->segments * block / blocks, end = x->segments * (block + 1) / blocks;
    const int last = block + 1 == blocks;
    tile.a_offsets = x->offsets + first;
    tile.segments = end - first;
    tile.accumulate = x->convolution->accumulate || block > 0;
    tile.activation = last ? x->convolution->activation : OUROBOROS_ACTIVATION_NONE;
    for (long panel = 0; panel < panels; panel++) {
      const long j = panel_start(table, x->n, panel), pitch = panel_start(table, x->n, panel + 1) - j;
      tile.b = x->packed + j * depth + first * x->length * pitch;
      tile.b_step = pitch;
      tile.columns = smaller(pitch, x->n - j);
      tile.bias = x->bias && last ? x->bias + j : NULL;
      for (long t = 0, i = 0; t < tiles; t++) {
        const long stop = x->places * (t + 1) / tiles, rows = stop - i;
        for (long r = 0; r < rows; r++, i++) {
          a_rows[r] = x->a + x->a_places[i];
          c_rows[r] = x->c + x->c_places[i] + j;
        }
        (x->unit == 2 ? table->bfloat_tile : table->tile)[rows - 1][pitch / table->width - 1](&tile);
      }
    }
  }
}
