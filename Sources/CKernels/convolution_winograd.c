#include <string.h>

#include "convolution_winograd_tiles.h"

// Convolutions by Winograd's minimal filtering, which makes fewer products of transformed tiles than the
// definition makes of pixels: 3×3 kernels with stride 1 by F(2×2, 3×3), 16 for 36; 4×4 kernels with stride 2
// by F(4×4, 2×2), 25 for 64 in each of their four phases, which are convolutions of every other pixel by every
// other weight. Going forward the phases are summed, so they lie side by side like channels; going backward
// each gives its own pixels. Sides that are no multiple of four are cut into tiles of four and of three outputs
// instead of reaching beyond the image: seven rows or columns take 9 positions, not 10. Roundings are those of
// sums of a few more terms.

enum {
  FEWEST_CHANNELS = 16,
  FEWEST_TILES = 64,
  /// Of weights, transformed together for a pass forward: few enough to be at hand when they are laid out.
  CHANNELS_AT_ONCE = 16,
};

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
