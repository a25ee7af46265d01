#include <string.h>

#include "convolution_parts.h"

// 3×3 convolutions with stride 1 by Winograd's F(2×2, 3×3): 16 products of transformed 4×4 tiles of pixels
// give 2×2 outputs, where the definition makes 36. Roundings are those of sums of a few more terms: the
// transforms only add, subtract and halve.

enum {
  POSITIONS = 16,
  /// Transformed floats of a block of tiles, for a second-level cache to hold beside the weights.
  BLOCK_FLOATS = 3 << 15,
  FEWEST_CHANNELS = 16,
  FEWEST_TILES = 64,
};

/// Images read and written by a pass: forward from x to y, backward data from y to x.
struct images {
  const ouroboros_convolution_t *convolution;
  const float *read;
  float *written;
  long read_height, read_width, read_channels;
  long height, width, channels;
  long pad_top, pad_left;
  /// A pixel of zeros.
  const float *zeros;
};

static long tiles_down(const struct images *x) { return (x->height + 1) / 2; }
static long tiles_right(const struct images *x) { return (x->width + 1) / 2; }

static struct images images_of(const ouroboros_convolution_t *x, int backward) {
  struct images images = {
      .convolution = x, .read_height = x->height, .read_width = x->width, .read_channels = x->channels,
      .height = x->out_height, .width = x->out_width, .channels = x->out_channels,
      .pad_top = x->pad_top, .pad_left = x->pad_left,
  };
  if (backward)
    images = (struct images){
        .convolution = x, .read_height = x->out_height, .read_width = x->out_width,
        .read_channels = x->out_channels, .height = x->height, .width = x->width, .channels = x->channels,
        .pad_top = 2 - x->pad_top, .pad_left = 2 - x->pad_left,
    };
  return images;
}

int convolution_by_winograd(const ouroboros_convolution_t *x) {
  return x->kernel_height == 3 && x->kernel_width == 3 && x->stride_y == 1 && x->stride_x == 1 &&
         x->dilation_y == 1 && x->dilation_x == 1 && x->groups == 1 &&
         x->operands == OUROBOROS_OPERANDS_FLOAT && x->channels >= FEWEST_CHANNELS &&
         x->out_channels >= FEWEST_CHANNELS &&
         x->batch * (x->out_height / 2) * (x->out_width / 2) >= FEWEST_TILES;
}

/// Tiles of a block.
static long block_of(const struct images *x) {
  const long tiles = x->convolution->batch * tiles_down(x) * tiles_right(x);
  const long most = BLOCK_FLOATS / (POSITIONS * (x->read_channels + x->channels));
  return parts_of(tiles, parts_of(tiles, most < 16 ? 16 : most));
}

/// Floats between the same place of two positions: no multiple of a page, whose lines would collide.
static long plane_of(long tiles, long channels) { return rounded_up(tiles * channels, 16) + 16; }

/// The pixels that tile `tile` reads.
static void read_tile(const struct images *x, long tile, const float *pixels[16]) {
  const long right = tiles_right(x), down = tiles_down(x);
  const long b = tile / (down * right), y = tile / right % down * 2 - x->pad_top;
  const long left = tile % right * 2 - x->pad_left;
  for (long i = 0; i < 4; i++)
    for (long j = 0; j < 4; j++) {
      const long row = y + i, column = left + j;
      const int inside = row >= 0 && row < x->read_height && column >= 0 && column < x->read_width;
      pixels[4 * i + j] =
          inside ? x->read + ((b * x->read_height + row) * x->read_width + column) * x->read_channels : x->zeros;
    }
}

/// The pixels that tile `tile` writes; `none` for those that do not exist.
static void write_tile(const struct images *x, float *images, long tile, float *none, float *pixels[4]) {
  const long right = tiles_right(x), down = tiles_down(x);
  const long b = tile / (down * right), row = tile / right % down * 2, column = tile % right * 2;
  for (long i = 0; i < 2; i++)
    for (long j = 0; j < 2; j++)
      pixels[2 * i + j] = row + i < x->height && column + j < x->width
                              ? images + ((b * x->height + row + i) * x->width + column + j) * x->channels
                              : none;
}

/// Fetches a `part` of POSITIONS of the image rows that the tiles first … end − 1 meet: while products are
/// made of one block, the pixels of the next arrive.
static void fetch(const float *images, long image_rows, long row_floats, const struct images *x, long first,
                  long end, long part, int writing) {
  const long right = tiles_right(x), down = tiles_down(x), tiles = x->convolution->batch * down * right;
  if (first >= tiles) return;
  const long last = smaller(end, tiles) - 1;
  const long row = first / (down * right) * image_rows + first / right % down * 2;
  const long stop = smaller(last / (down * right) * image_rows + last / right % down * 2 + 2,
                            x->convolution->batch * image_rows);
  const long floats = (stop - row) * row_floats, from = floats * part / POSITIONS;
  const float *start = images + row * row_floats;
  for (long i = from; i < floats * (part + 1) / POSITIONS; i += 16) {
    if (writing) __builtin_prefetch(start + i, 1, 2);
    else __builtin_prefetch(start + i, 0, 2);
  }
}

/// The weights [out_channels][9][channels] as [16][read channels × channels written], laid out for tiles.
static void transform_weights(const struct product_table *table, const ouroboros_convolution_t *x,
                              int backward, const float *weights, float *raw, float *packed) {
  const long plane = plane_of(x->out_channels, x->channels);
  for (long o = 0; o < x->out_channels; o++) {
    const float *taps[9];
    for (long t = 0; t < 9; t++) taps[t] = weights + (o * 9 + (backward ? 8 - t : t)) * x->channels;
    table->winograd_weights(taps, x->channels, raw + o * x->channels, plane);
  }
  const long read = backward ? x->out_channels : x->channels, written = backward ? x->channels : x->out_channels;
  const long floats = product_packed_floats(table, written, read, OUROBOROS_OPERANDS_FLOAT);
  for (long position = 0; position < POSITIONS; position++)
    product_pack_all(table, raw + position * plane, backward ? x->channels : 1, backward ? 1 : x->channels,
                     written, read, read, OUROBOROS_OPERANDS_FLOAT, packed + position * floats);
}

void convolution_winograd(const struct product_table *table, const ouroboros_convolution_t *x, int backward,
                          const float *read, const float *weights, float *written, const float *bias,
                          struct arena *arena) {
  struct images images = images_of(x, backward);
  const long k = images.read_channels, n = images.channels, block = block_of(&images);
  const long pixels_plane = plane_of(block, k), sums_plane = plane_of(block, n);
  const long floats = product_packed_floats(table, n, k, OUROBOROS_OPERANDS_FLOAT);
  float *packed = take(arena, POSITIONS * floats, sizeof(float));
  float *pixels = take(arena, POSITIONS * pixels_plane, sizeof(float));
  float *sums = take(arena, POSITIONS * sums_plane, sizeof(float));
  float *raw = take(arena, POSITIONS * plane_of(x->out_channels, x->channels), sizeof(float));
  float *zeros = take(arena, k, sizeof(float));
  if (arena->counting) return;

  transform_weights(table, x, backward, weights, raw, packed);
  memset(zeros, 0, (size_t)k * sizeof(float));
  images.zeros = zeros;
  images.read = read;
  images.written = written;
  const struct winograd_epilogue epilogue = {
      .bias = bias, .accumulate = x->accumulate, .activation = x->activation, .slope = x->slope};
  struct product_task task = {.table = table, .n = n, .k = k, .a_row = k, .a_column = 1, .b_row = n,
                              .b_column = 1, .c_row = n, .alpha = 1};
  const long tiles = x->batch * tiles_down(&images) * tiles_right(&images);
  for (long first = 0; first < tiles; first += block) {
    task.m = smaller(block, tiles - first);
    product_cut(&task, 1);
    // One sum for every position: nothing is cut along k, as the weights are laid out.
    task.depth = k;
    task.pack_a = 0;
    for (long t = 0; t < task.m; t++) {
      const float *from[16];
      read_tile(&images, first + t, from);
      table->winograd_pixels(from, k, pixels + t * k, pixels_plane);
    }
    for (long position = 0; position < POSITIONS; position++) {
      task.a = pixels + position * pixels_plane;
      task.packed = packed + position * floats;
      task.c = sums + position * sums_plane;
      fetch(read, images.read_height, images.read_width * k, &images, first + block, first + 2 * block,
            position, 0);
      fetch(written, images.height, images.width * n, &images, first, first + block, position, 1);
      product_run(&task);
    }
    for (long t = 0; t < task.m; t++) {
      float *to[4];
      write_tile(&images, written, first + t, NULL, to);
      table->winograd_sums(sums + t * n, sums_plane, n, to, &epilogue);
    }
  }
}

void convolution_winograd_weights(const struct product_table *table, const ouroboros_convolution_t *x,
                                  const float *in, const float *out, float *weights, struct arena *arena) {
  struct images images = images_of(x, 0);
  const long block = block_of(&images), channels = x->channels, outputs = x->out_channels;
  const long pixels_plane = plane_of(block, channels), gradients_plane = plane_of(block, outputs);
  const long sums_plane = plane_of(outputs, channels);
  const long slack = table->width * table->vectors;
  float *pixels = take(arena, POSITIONS * pixels_plane + slack, sizeof(float));
  float *gradients = take(arena, POSITIONS * gradients_plane, sizeof(float));
  float *sums = take(arena, POSITIONS * sums_plane, sizeof(float));
  float *zeros = take(arena, channels > outputs ? channels : outputs, sizeof(float));
  struct product_task task = {.table = table, .m = outputs, .n = channels, .k = block, .a_row = 1,
                              .a_column = outputs, .b_row = channels, .b_column = 1, .c_row = channels,
                              .alpha = 1};
  product_cut(&task, 0);
  task.scratch_a = take(arena, product_scratch_a(&task), sizeof(float));
  task.scratch_b = take(arena, product_scratch_b(&task), sizeof(float));
  if (arena->counting) return;

  memset(zeros, 0, (size_t)(channels > outputs ? channels : outputs) * sizeof(float));
  images.zeros = zeros;
  images.read = in;
  const long tiles = x->batch * tiles_down(&images) * tiles_right(&images);
  for (long first = 0; first < tiles; first += block) {
    task.k = smaller(block, tiles - first);
    task.accumulate = first > 0;
    for (long t = 0; t < task.k; t++) {
      const float *from[16];
      float *of_outputs[4];
      read_tile(&images, first + t, from);
      table->winograd_pixels(from, channels, pixels + t * channels, pixels_plane);
      write_tile(&images, (float *)out, first + t, zeros, of_outputs);
      table->winograd_gradients((const float *const *)of_outputs, outputs, gradients + t * outputs,
                                gradients_plane);
    }
    for (long position = 0; position < POSITIONS; position++) {
      task.a = gradients + position * gradients_plane;
      task.b = pixels + position * pixels_plane;
      task.c = sums + position * sums_plane;
      fetch(in, x->height, x->width * channels, &images, first + block, first + 2 * block, position, 0);
      fetch(out, x->out_height, x->out_width * outputs, &images, first + block, first + 2 * block,
            position, 0);
      product_run(&task);
    }
  }
  for (long o = 0; o < outputs; o++) {
    float *taps[9];
    for (long t = 0; t < 9; t++) taps[t] = weights + (o * 9 + t) * channels;
    table->winograd_weight_sums(sums + o * channels, sums_plane, channels, x->accumulate, taps);
  }
}
