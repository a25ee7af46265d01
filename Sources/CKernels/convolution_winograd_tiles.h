#ifndef CONVOLUTION_WINOGRAD_TILES_H
#define CONVOLUTION_WINOGRAD_TILES_H

#include "convolution_parts.h"

// The tiles of a convolution by Winograd's filtering: how images are cut into them, which stand together in a
// block, and where their pixels and weights are.

enum {
  /// Transformed floats of a block of tiles, for a second-level cache to hold beside the weights.
  BLOCK_FLOATS = 3 << 15,
  /// So that the weights, and the sums of their gradient, are not met too often.
  FEWEST_OF_BLOCK = 32,
  /// Positions that lie a multiple of a page apart would compete for the same cache lines.
  PLANE_GAP = 16,
  MOST_PIXELS = 25,
};

/// The images on one side of a pass. Output i of an axis begins at pixel i·stride + phase + first of the image.
struct side {
  long height, width, channels, stride, top, left;
};

/// The tiles of an axis: first whole ones, then those with one output less.
struct tiles {
  long count, whole;
};

/// A pass reads one side and writes the other: forward from x to y, backward data from y to x.
struct pass {
  const struct winograd *method;
  struct side read, write;
  const float *from;
  float *to;
  /// Tiles of an image.
  struct tiles down, right;
  /// Tiles, positions along an axis, and all positions.
  long tiles, edge, positions;
  /// Numbers of a position on either side: channels of all phases.
  long k, n;
  /// A pixel of zeros.
  const float *zeros;
};

static inline long phases_of(struct side side) { return side.stride * side.stride; }

static inline struct tiles tiles_of(const struct winograd *method, long outputs) {
  const long count = parts_of(outputs, method->outputs), beyond = count * method->outputs - outputs;
  return (struct tiles){count, count - (method->has_short_tiles ? smaller(beyond, count) : 0)};
}

/// The first output of a tile of an axis.
static inline long output_of(const struct pass *x, struct tiles tiles, long tile) {
  return tile * x->method->outputs - (tile > tiles.whole ? tile - tiles.whole : 0);
}

static inline struct pass pass_of(const struct product_table *table, const ouroboros_convolution_t *x,
                                  int backward) {
  const long stride = x->stride_y;
  const struct winograd *method = stride == 1 ? &table->winograd : &table->strided_winograd;
  struct pass pass = {
      .method = method,
      .read = {x->height, x->width, x->channels, stride, -x->pad_top, -x->pad_left},
      .write = {x->out_height, x->out_width, x->out_channels, 1, 0, 0},
  };
  long rows = x->out_height, columns = x->out_width;
  if (backward) {
    // Row i·stride + phase − pad of x meets the rows i − (taps − 1) … i of y.
    const long top = x->pad_top / stride, left = x->pad_left / stride, reach = method->taps - 1;
    rows = (x->height - 1 + x->pad_top) / stride + 1 - top;
    columns = (x->width - 1 + x->pad_left) / stride + 1 - left;
    pass.write = (struct side){x->height, x->width, x->channels, stride, top * stride - x->pad_top,
                               left * stride - x->pad_left};
    pass.read = (struct side){x->out_height, x->out_width, x->out_channels, 1, top - reach, left - reach};
  }
  pass.down = tiles_of(method, rows);
  pass.right = tiles_of(method, columns);
  pass.tiles = x->batch * pass.down.count * pass.right.count;
  pass.edge = method->outputs + method->taps - 1;
  pass.positions = pass.edge * pass.edge;
  pass.k = phases_of(pass.read) * pass.read.channels;
  pass.n = phases_of(pass.write) * pass.write.channels;
  return pass;
}

/// Tiles of a block: whole images, where there are some in it.
static inline long block_of(const struct pass *x) {
  const long most = BLOCK_FLOATS / (x->positions * (x->k + x->n)), of_image = x->down.count * x->right.count;
  const long block = parts_of(x->tiles, parts_of(x->tiles, most < FEWEST_OF_BLOCK ? FEWEST_OF_BLOCK : most));
  return block < of_image ? block : rounded_up(block, of_image);
}

/// Floats between the same place of two positions.
static inline long plane_of(long tiles, long channels) { return rounded_up(tiles * channels, 16) + PLANE_GAP; }

/// Row and column of a tile among those of its image.
struct tile_place {
  long image, row, column;
};

static inline struct tile_place tile_place_of(const struct pass *x, long tile) {
  const long line = tile / x->right.count, image = line / x->down.count;
  return (struct tile_place){image, line - image * x->down.count, tile - line * x->right.count};
}

/// The first output of a tile.
struct tile_start {
  long image, row, column;
};

/// The tiles of a block by their kinds: those of a kind stand from starts[kind] to starts[kind + 1].
struct block {
  struct tile_start *tiles;
  long starts[TILE_KINDS + 1];
};

static inline void sort(const struct pass *x, long first, long count, struct block *block) {
  long place = 0;
  for (int kind = 0; kind < TILE_KINDS; kind++) {
    const int all_rows = kind == WHOLE_TILE || kind == NARROW_TILE;
    const int all_columns = kind == WHOLE_TILE || kind == LOW_TILE;
    struct tile_place next = tile_place_of(x, first);
    block->starts[kind] = place;
    for (long t = 0; t < count; t++) {
      if ((next.row < x->down.whole) == all_rows && (next.column < x->right.whole) == all_columns)
        block->tiles[place++] = (struct tile_start){next.image, output_of(x, x->down, next.row),
                                                    output_of(x, x->right, next.column)};
      if (++next.column < x->right.count) continue;
      next.column = 0;
      if (++next.row < x->down.count) continue;
      next.row = 0;
      next.image++;
    }
  }
  block->starts[TILE_KINDS] = place;
}

/// The tiles of a block that have a position.
struct span {
  long start, end;
};

static inline struct span span_of(const struct pass *x, const struct block *block, long position) {
  const int all_rows = position / x->edge == x->edge - 2, all_columns = position % x->edge == x->edge - 2;
  return (struct span){block->starts[all_rows ? WHOLE_TILE : LOW_TILE],
                       block->starts[all_columns ? NARROW_TILE : all_rows ? SMALL_TILE : TILE_KINDS]};
}

static inline int within(long first, long reach, long size) { return first >= 0 && first + reach < size; }

/// The height×width pixels of a phase of a tile on one side; those outside the image are `none`.
static inline void tile_pixels(const struct side *side, const float *images, const struct tile_start *tile,
                               long phase_y, long phase_x, long height, long width, const float *none,
                               const float **pixels) {
  const long row = tile->row * side->stride + phase_y + side->top;
  const long column = tile->column * side->stride + phase_x + side->left;
  const long step = side->stride * side->channels, row_step = step * side->width;
  long start = ((tile->image * side->height + row) * side->width + column) * side->channels;
  // Most tiles: nothing to compare.
  if (within(row, (height - 1) * side->stride, side->height) &&
      within(column, (width - 1) * side->stride, side->width)) {
    for (long i = 0; i < height; i++, start += row_step)
      for (long j = 0, pixel = start; j < width; j++, pixel += step) *pixels++ = images + pixel;
    return;
  }
  for (long i = 0; i < height; i++, start += row_step) {
    const int has_row = within(row + i * side->stride, 0, side->height);
    for (long j = 0, pixel = start; j < width; j++, pixel += step)
      *pixels++ = has_row && within(column + j * side->stride, 0, side->width) ? images + pixel : none;
  }
}

static inline long height_of(const struct pass *x, int kind) {
  return x->method->outputs - (kind == LOW_TILE || kind == SMALL_TILE);
}
static inline long width_of(const struct pass *x, int kind) {
  return x->method->outputs - (kind == NARROW_TILE || kind == SMALL_TILE);
}

/// Transforms the pixels that a tile reads.
static inline void transform_pixels(const struct pass *x, const struct tile_start *tile, int kind, float *to,
                                    long plane) {
  const long more = x->method->taps - 1, stride = x->read.stride;
  for (long p = 0; p < stride; p++)
    for (long q = 0; q < stride; q++, to += x->read.channels) {
      const float *pixels[MOST_PIXELS];
      tile_pixels(&x->read, x->from, tile, p, q, height_of(x, kind) + more, width_of(x, kind) + more, x->zeros,
                  pixels);
      x->method->tiles[kind].pixels(pixels, x->read.channels, to, plane);
    }
}

/// Pixels of images.
struct region {
  const float *start;
  long floats;
};

/// The image rows on one side that the tiles from `first` on meet.
static inline struct region region_of(const struct pass *x, struct side side, const float *images, long first,
                                      long count) {
  if (first >= x->tiles) return (struct region){images, 0};
  const struct tile_place start = tile_place_of(x, first);
  const struct tile_place last = tile_place_of(x, smaller(first + count, x->tiles) - 1);
  const long image_rows = x->tiles / (x->down.count * x->right.count) * side.height;
  const long row = start.image * side.height + output_of(x, x->down, start.row) * side.stride;
  const long end = last.image * side.height + output_of(x, x->down, last.row + 1) * side.stride;
  const long stop = smaller(end, image_rows), floats = side.width * side.channels;
  return (struct region){images + row * floats, (stop - row) * floats};
}

/// Fetches a part of a region, one part for each position: while products are made of one block, the pixels of
/// the next arrive.
static inline void fetch(const struct pass *x, struct region region, long part, int writing) {
  const long from = region.floats * part / x->positions, until = region.floats * (part + 1) / x->positions;
  for (long i = from; i < until; i += 16) {
    if (writing) __builtin_prefetch(region.start + i, 1, 2);
    else __builtin_prefetch(region.start + i, 0, 2);
  }
}

/// The weights of output o and a phase, as pointers to their channels from `channel` on.
static inline void taps_of(const struct pass *x, const ouroboros_convolution_t *convolution, int backward,
                           long o, long phase, long channel, const float *weights, const float **taps) {
  const long stride = convolution->stride_y, count = x->method->taps, kernel = convolution->kernel_width;
  for (long i = 0; i < count; i++)
    for (long j = 0; j < count; j++) {
      const long row = (backward ? count - 1 - i : i) * stride + phase / stride;
      const long column = (backward ? count - 1 - j : j) * stride + phase % stride;
      taps[count * i + j] =
          weights + ((o * convolution->kernel_height + row) * kernel + column) * convolution->channels + channel;
    }
}

#endif
