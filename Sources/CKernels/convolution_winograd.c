#include <string.h>

#include "convolution_parts.h"

// Convolutions by Winograd's minimal filtering, which makes fewer products of transformed tiles than the
// definition makes of pixels: 3×3 kernels with stride 1 by F(2×2, 3×3), 16 for 36; 4×4 kernels with stride 2
// by F(4×4, 2×2), 25 for 64 in each of their four phases, which are convolutions of every other pixel by every
// other weight. Going forward the phases are summed, so they lie side by side like channels; going backward
// each gives its own pixels. Sides that are no multiple of four are cut into tiles of four and of three outputs
// instead of reaching beyond the image: seven rows or columns take 9 positions, not 10. Roundings are those of
// sums of a few more terms.

enum {
  /// Transformed floats of a block of tiles, for a second-level cache to hold beside the weights.
  BLOCK_FLOATS = 3 << 15,
  FEWEST_CHANNELS = 16,
  FEWEST_TILES = 64,
  /// So that the weights, and the sums of their gradient, are not met too often.
  FEWEST_OF_BLOCK = 32,
  /// Of weights, transformed together for a pass forward: few enough to be at hand when they are laid out.
  CHANNELS_AT_ONCE = 16,
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

static long phases_of(struct side side) { return side.stride * side.stride; }

static struct tiles tiles_of(const struct winograd *method, long outputs) {
  const long count = parts_of(outputs, method->outputs), beyond = count * method->outputs - outputs;
  return (struct tiles){count, count - (method->has_short_tiles ? smaller(beyond, count) : 0)};
}

/// The first output of a tile of an axis.
static long output_of(const struct pass *x, struct tiles tiles, long tile) {
  return tile * x->method->outputs - (tile > tiles.whole ? tile - tiles.whole : 0);
}

static struct pass pass_of(const struct product_table *table, const ouroboros_convolution_t *x, int backward) {
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

int convolution_by_winograd(const ouroboros_convolution_t *x) {
  const long stride = x->stride_y, kernel = x->kernel_height;
  if (!(kernel == 3 && stride == 1) && !(kernel == 4 && stride == 2)) return 0;
  if (x->kernel_width != kernel || x->stride_x != stride || x->dilation_y != 1 || x->dilation_x != 1 ||
      x->groups != 1 || x->operands != OUROBOROS_OPERANDS_FLOAT || x->channels < FEWEST_CHANNELS ||
      x->out_channels < FEWEST_CHANNELS)
    return 0;
  // The description is the same for every instruction set.
  const struct pass pass = pass_of(&product_baseline, x, 0);
  const long rows = pass.down.count * (pass.edge - 1) + pass.down.whole;
  const long columns = pass.right.count * (pass.edge - 1) + pass.right.whole;
  const long products = x->batch * rows * columns * stride * stride;
  return pass.tiles >= FEWEST_TILES &&
         4 * products <= 3 * x->batch * x->out_height * x->out_width * kernel * kernel;
}

/// Tiles of a block: whole images, where there are some in it.
static long block_of(const struct pass *x) {
  const long most = BLOCK_FLOATS / (x->positions * (x->k + x->n)), of_image = x->down.count * x->right.count;
  const long block = parts_of(x->tiles, parts_of(x->tiles, most < FEWEST_OF_BLOCK ? FEWEST_OF_BLOCK : most));
  return block < of_image ? block : rounded_up(block, of_image);
}

/// Floats between the same place of two positions.
static long plane_of(long tiles, long channels) { return rounded_up(tiles * channels, 16) + PLANE_GAP; }

/// Row and column of a tile among those of its image.
struct tile_place {
  long image, row, column;
};

static struct tile_place tile_place_of(const struct pass *x, long tile) {
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

static void sort(const struct pass *x, long first, long count, struct block *block) {
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

static struct span span_of(const struct pass *x, const struct block *block, long position) {
  const int all_rows = position / x->edge == x->edge - 2, all_columns = position % x->edge == x->edge - 2;
  return (struct span){block->starts[all_rows ? WHOLE_TILE : LOW_TILE],
                       block->starts[all_columns ? NARROW_TILE : all_rows ? SMALL_TILE : TILE_KINDS]};
}

static int within(long first, long reach, long size) { return first >= 0 && first + reach < size; }

/// The height×width pixels of a phase of a tile on one side; those outside the image are `none`.
static void tile_pixels(const struct side *side, const float *images, const struct tile_start *tile, long phase_y,
                        long phase_x, long height, long width, const float *none, const float **pixels) {
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

static long height_of(const struct pass *x, int kind) {
  return x->method->outputs - (kind == LOW_TILE || kind == SMALL_TILE);
}
static long width_of(const struct pass *x, int kind) {
  return x->method->outputs - (kind == NARROW_TILE || kind == SMALL_TILE);
}

/// Transforms the pixels that a tile reads.
static void transform_pixels(const struct pass *x, const struct tile_start *tile, int kind, float *to,
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

/// Transforms the gradients of a tile's outputs.
static void transform_gradients(const struct pass *x, const struct tile_start *tile, int kind,
                                const float *gradients, float *to, long plane) {
  const float *pixels[MOST_PIXELS];
  tile_pixels(&x->write, gradients, tile, 0, 0, height_of(x, kind), width_of(x, kind), x->zeros, pixels);
  x->method->tiles[kind].gradients(pixels, x->write.channels, to, plane);
}

/// Transforms the sums of a tile to the pixels that it writes.
static void transform_sums(const struct pass *x, const struct tile_start *tile, int kind, const float *sums,
                           long plane, const struct winograd_epilogue *epilogue) {
  const long stride = x->write.stride;
  for (long p = 0; p < stride; p++)
    for (long q = 0; q < stride; q++, sums += x->write.channels) {
      const float *pixels[MOST_PIXELS];
      tile_pixels(&x->write, x->to, tile, p, q, height_of(x, kind), width_of(x, kind), NULL, pixels);
      x->method->tiles[kind].sums(sums, plane, x->write.channels, (float *const *)pixels, epilogue);
    }
}

/// Pixels of images.
struct region {
  const float *start;
  long floats;
};

/// The image rows on one side that the tiles from `first` on meet.
static struct region region_of(const struct pass *x, struct side side, const float *images, long first,
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
static void fetch(const struct pass *x, struct region region, long part, int writing) {
  const long from = region.floats * part / x->positions, until = region.floats * (part + 1) / x->positions;
  for (long i = from; i < until; i += 16) {
    if (writing) __builtin_prefetch(region.start + i, 1, 2);
    else __builtin_prefetch(region.start + i, 0, 2);
  }
}

/// The weights of output o and a phase, as pointers to their channels from `channel` on.
static void taps_of(const struct pass *x, const ouroboros_convolution_t *convolution, int backward, long o,
                    long phase, long channel, const float *weights, const float **taps) {
  const long stride = convolution->stride_y, count = x->method->taps, kernel = convolution->kernel_width;
  for (long i = 0; i < count; i++)
    for (long j = 0; j < count; j++) {
      const long row = (backward ? count - 1 - i : i) * stride + phase / stride;
      const long column = (backward ? count - 1 - j : j) * stride + phase % stride;
      taps[count * i + j] =
          weights + ((o * convolution->kernel_height + row) * kernel + column) * convolution->channels + channel;
    }
}

/// Floats between the same place of two positions of the weights laid out for tiles.
static long weights_plane(const struct product_table *table, const struct pass *x) {
  return product_packed_floats(table, x->n, x->k, OUROBOROS_OPERANDS_FLOAT) + PLANE_GAP;
}

/// Floats between the same place of two positions of the weights that `transform_weights` lays out together.
static long raw_plane(const struct product_table *table) {
  return plane_of(table->width * table->vectors, CHANNELS_AT_ONCE);
}

/// Lays out the weights [out_channels][kernel][kernel][channels] as [positions][k × n] for tiles, going forward:
/// n are the outputs, so some channels at a time are transformed and then transposed.
static void transform_weights(const struct product_table *table, const struct pass *pass,
                              const ouroboros_convolution_t *x, const float *weights, float *raw, float *packed) {
  const long plane = raw_plane(table), packed_plane = weights_plane(table, pass);
  for (long panel = 0; panel < panels_of(table, pass->n); panel++) {
    const long j = panel_start(table, pass->n, panel), pitch = panel_start(table, pass->n, panel + 1) - j;
    const long outputs = smaller(pitch, pass->n - j);
    float *to = packed + j * pass->k;
    for (long phase = 0; phase < phases_of(pass->read); phase++)
      for (long channel = 0; channel < x->channels; channel += CHANNELS_AT_ONCE) {
        const long count = smaller(CHANNELS_AT_ONCE, x->channels - channel);
        for (long o = 0; o < outputs; o++) {
          const float *taps[9];
          taps_of(pass, x, 0, j + o, phase, channel, weights, taps);
          pass->method->weights(taps, count, raw + o * CHANNELS_AT_ONCE, plane);
        }
        for (long position = 0; position < pass->positions; position++)
          table->pack(raw + position * plane, 1, CHANNELS_AT_ONCE, count, outputs, pitch,
                      to + position * packed_plane);
        to += count * pitch;
      }
  }
}

/// The same going backward: n are the channels of all phases, which are transformed where they belong.
static void transform_weights_backward(const struct product_table *table, const struct pass *pass,
                                       const ouroboros_convolution_t *x, const float *weights, float *packed) {
  for (long panel = 0; panel < panels_of(table, pass->n); panel++) {
    const long j = panel_start(table, pass->n, panel), end = panel_start(table, pass->n, panel + 1);
    for (long o = 0; o < x->out_channels; o++)
      for (long from = j; from < smaller(end, pass->n);) {
        const long phase = from / x->channels, until = smaller(end, (phase + 1) * x->channels);
        const float *taps[9];
        taps_of(pass, x, 1, o, phase, from - phase * x->channels, weights, taps);
        pass->method->weights(taps, until - from, packed + j * pass->k + o * (end - j) + from - j,
                              weights_plane(table, pass));
        from = until;
      }
  }
}

void convolution_winograd(const struct product_table *table, const ouroboros_convolution_t *x, int backward,
                          const float *read, const float *weights, float *written, const float *bias,
                          struct arena *arena) {
  struct pass pass = pass_of(table, x, backward);
  const long k = pass.k, n = pass.n, positions = pass.positions, block = block_of(&pass);
  const long pixels_plane = plane_of(block, k), sums_plane = plane_of(block, n);
  const long packed_plane = weights_plane(table, &pass);
  float *packed = take(arena, positions * packed_plane, sizeof(float));
  float *pixels = take(arena, positions * pixels_plane, sizeof(float));
  float *sums = take(arena, positions * sums_plane, sizeof(float));
  float *raw = take(arena, positions * raw_plane(table), sizeof(float));
  float *zeros = take(arena, pass.read.channels, sizeof(float));
  struct block sorted = {.tiles = take(arena, block, sizeof(struct tile_start))};
  if (arena->counting) return;

  if (backward) transform_weights_backward(table, &pass, x, weights, packed);
  else transform_weights(table, &pass, x, weights, raw, packed);
  memset(zeros, 0, (size_t)pass.read.channels * sizeof(float));
  pass.zeros = zeros;
  pass.from = read;
  pass.to = written;
  const struct winograd_epilogue epilogue = {
      .bias = bias, .accumulate = x->accumulate, .activation = x->activation, .slope = x->slope};
  struct product_task task = {.table = table, .n = n, .k = k, .a_row = k, .a_column = 1, .b_row = n,
                              .b_column = 1, .c_row = n, .alpha = 1};
  for (long first = 0; first < pass.tiles; first += block) {
    task.m = smaller(block, pass.tiles - first);
    product_cut(&task, 1);
    // One sum for every position: nothing is cut along k, as the weights are laid out.
    task.depth = k;
    task.pack_a = 0;
    sort(&pass, first, task.m, &sorted);
    for (int kind = 0; kind < TILE_KINDS; kind++)
      for (long t = sorted.starts[kind]; t < sorted.starts[kind + 1]; t++)
        transform_pixels(&pass, &sorted.tiles[t], kind, pixels + t * k, pixels_plane);
    const struct region next = region_of(&pass, pass.read, read, first + block, block);
    const struct region goal = region_of(&pass, pass.write, written, first, block);
    for (long position = 0; position < positions; position++) {
      const struct span span = span_of(&pass, &sorted, position);
      task.m = span.end - span.start;
      task.a = pixels + position * pixels_plane + span.start * k;
      task.packed = packed + position * packed_plane;
      task.c = sums + position * sums_plane + span.start * n;
      fetch(&pass, next, position, 0);
      fetch(&pass, goal, position, 1);
      product_run(&task);
    }
    for (int kind = 0; kind < TILE_KINDS; kind++)
      for (long t = sorted.starts[kind]; t < sorted.starts[kind + 1]; t++)
        transform_sums(&pass, &sorted.tiles[t], kind, sums + t * n, sums_plane, &epilogue);
  }
}

void convolution_winograd_weights(const struct product_table *table, const ouroboros_convolution_t *x,
                                  const float *in, const float *out, float *weights, struct arena *arena) {
  struct pass pass = pass_of(table, x, 0);
  const long block = block_of(&pass), k = pass.k, outputs = pass.n, positions = pass.positions;
  const long pixels_plane = plane_of(block, k), gradients_plane = plane_of(block, outputs);
  const long sums_plane = plane_of(outputs, k), most = x->channels > outputs ? x->channels : outputs;
  const long slack = table->width * table->vectors;
  float *pixels = take(arena, positions * pixels_plane + slack, sizeof(float));
  float *gradients = take(arena, positions * gradients_plane, sizeof(float));
  float *sums = take(arena, positions * sums_plane, sizeof(float));
  float *zeros = take(arena, most, sizeof(float));
  struct block sorted = {.tiles = take(arena, block, sizeof(struct tile_start))};
  struct product_task task = {.table = table, .m = outputs, .n = k, .k = block, .a_row = 1,
                              .a_column = outputs, .b_row = k, .b_column = 1, .c_row = k, .alpha = 1};
  product_cut(&task, 0);
  task.scratch_a = take(arena, product_scratch_a(&task), sizeof(float));
  task.scratch_b = take(arena, product_scratch_b(&task), sizeof(float));
  if (arena->counting) return;

  memset(zeros, 0, (size_t)most * sizeof(float));
  pass.zeros = zeros;
  pass.from = in;
  for (long first = 0; first < pass.tiles; first += block) {
    task.accumulate = first > 0;
    sort(&pass, first, smaller(block, pass.tiles - first), &sorted);
    for (int kind = 0; kind < TILE_KINDS; kind++)
      for (long t = sorted.starts[kind]; t < sorted.starts[kind + 1]; t++) {
        transform_pixels(&pass, &sorted.tiles[t], kind, pixels + t * k, pixels_plane);
        transform_gradients(&pass, &sorted.tiles[t], kind, out, gradients + t * outputs, gradients_plane);
      }
    const struct region next_pixels = region_of(&pass, pass.read, in, first + block, block);
    const struct region next_gradients = region_of(&pass, pass.write, out, first + block, block);
    for (long position = 0; position < positions; position++) {
      const struct span span = span_of(&pass, &sorted, position);
      task.k = span.end - span.start;
      task.a = gradients + position * gradients_plane + span.start * outputs;
      task.b = pixels + position * pixels_plane + span.start * k;
      task.c = sums + position * sums_plane;
      fetch(&pass, next_pixels, position, 0);
      fetch(&pass, next_gradients, position, 0);
      product_run(&task);
    }
  }
  const struct winograd_epilogue epilogue = {.accumulate = x->accumulate};
  const long phases = phases_of(pass.read);
  for (long o = 0; o < outputs; o++)
    for (long phase = 0; phase < phases; phase++) {
      const float *taps[9];
      taps_of(&pass, x, 0, o, phase, 0, weights, taps);
      pass.method->weight_sums(sums + o * k + phase * x->channels, sums_plane, x->channels,
                               (float *const *)taps, &epilogue);
    }
}
