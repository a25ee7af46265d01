#include <string.h>

#include "convolution_winograd_tiles.h"

// The gradient of the weights of a convolution by Winograd's filtering: products of transformed pixels and
// transformed gradients, summed over all tiles.

/// Transforms the gradients of a tile's outputs.
static void transform_gradients(const struct pass *x, const struct tile_start *tile, int kind,
                                const float *gradients, float *to, long plane) {
  const float *pixels[MOST_PIXELS];
  tile_pixels(&x->write, gradients, tile, 0, 0, height_of(x, kind), width_of(x, kind), x->zeros, pixels);
  x->method->tiles[kind].gradients(pixels, x->write.channels, to, plane);
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
