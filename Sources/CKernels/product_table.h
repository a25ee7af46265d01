// What the product kernels of one instruction set offer to the loops that call them.
#ifndef PRODUCT_TABLE_H
#define PRODUCT_TABLE_H

#include "product_kernels.h"

enum { MAXIMUM_ROWS = 8, MAXIMUM_VECTORS = 3 };

/// One tile: C [rows × columns] (+)= alpha · Σ over segments and p < length of
///   a[r][a_offsets[segment] + p·a_step] · b[b_offsets[segment] + p·b_step + column].
/// Without b_offsets the rows of B go on from segment to segment. Rows of A and C stand where their
/// pointers say, so one kernel serves products and convolutions. Rows of B are read in whole vectors;
/// `columns` says how many entries of C exist.
///
/// With bfloat16 operands A and B point to pairs of them, one pair for each 32-bit place.
struct tile {
  const float *const *a;
  float *const *c;
  const float *b;
  const long *a_offsets, *b_offsets;
  long segments, length;
  long a_step, b_step;
  long columns;
  float alpha;
  int accumulate;
  /// At the tile's first column; NULL for none.
  const float *bias;
  int activation;
  float slope;
};

typedef void tile_kernel(const struct tile *tile);

/// The most rows of the operand of few rows.
enum { DOT_FEW = 4 };

/// out[f·out_row + r] = Σ many[r·many_row + p]·few[f·few_row + p] over p < depth, for r < rows.
struct dot {
  const float *many, *few;
  long many_row, few_row;
  long rows, depth;
  float *out;
  long out_row;
};

/// c[i·c_row + j] = activation((old) + alpha·sums[j·pitch + i] + bias[j]) for i < rows, j < columns. Whole
/// vectors of `sums` are read.
struct turn {
  const float *sums;
  long pitch;
  float *c;
  long c_row, rows, columns;
  float alpha;
  int accumulate;
  const float *bias;
  int activation;
  float slope;
};

/// Sums over kernel positions t with one weight for each channel:
///   c[c_places[i] + channel] = activation(
///       (old) + Σ a[a_places[i] + offsets[t] + channel]·weights[t·pitch + channel] + bias[channel]).
struct depthwise {
  const float *a;
  const long *a_places;
  float *c;
  const long *c_places;
  long places;
  const long *offsets;
  long taps, channels, pitch;
  const float *weights;
  int accumulate;
  const float *bias;
  int activation;
  float slope;
};

/// Their gradient: sums[t·pitch + channel] (+)= Σ in[… + offsets[t] + channel]·out[… + channel] over
/// segments and `length` pixels in each.
struct depthwise_weights {
  const float *in, *out;
  const long *in_offsets, *out_offsets;
  long segments, length, in_step, out_step;
  const long *offsets;
  long taps, channels, pitch;
  float *sums;
  int accumulate;
};

/// What a finished sum of a Winograd convolution undergoes.
struct winograd_epilogue {
  const float *bias;
  int accumulate, activation;
  float slope;
};

typedef void winograd_apart(const float *const *pixels, long channels, float *positions, long plane);
typedef void winograd_together(const float *positions, long plane, long channels, float *const *pixels,
                               const struct winograd_epilogue *epilogue);

/// The kinds of tiles, by whether they lack an output row or column; in this order those with all rows lie
/// next to each other, and those with all columns.
enum { LOW_TILE, WHOLE_TILE, NARROW_TILE, SMALL_TILE, TILE_KINDS };

/// The transforms of convolution_winograd.h between tiles of pixels, or weights, and their positions, which
/// lie `plane` floats apart: (outputs + taps − 1)² of them.
struct winograd {
  /// Along one axis: of a whole tile that is written, and of the weights.
  long outputs, taps;
  /// Whether there are tiles with one output less, which do without the last position but one.
  int has_short_tiles;
  winograd_apart *weights;
  winograd_together *weight_sums;
  struct {
    winograd_apart *pixels, *gradients;
    winograd_together *sums;
  } tiles[TILE_KINDS];
};

struct product_table {
  /// Floats in a vector; vectors and rows of the largest tile.
  long width, vectors, rows;
  /// Whether `bfloat_tile` multiplies pairs of bfloat16; else operands are rounded to Floats.
  int bfloat_pairs;
  /// [rows − 1][vectors − 1]
  tile_kernel *tile[MAXIMUM_ROWS][MAXIMUM_VECTORS];
  tile_kernel *bfloat_tile[MAXIMUM_ROWS][MAXIMUM_VECTORS];
  /// `pack` to pairs: out[q·pitch + j] = (from[2q·row + j·column], from[(2q + 1)·row + j·column]) as bfloat16,
  /// the first in the lower half; zeros beyond `count`.
  void (*pack_pairs)(const float *from, long row, long column, long count, long columns, long pitch,
                     float *out);
  /// out[p·pitch + j] = from[p·row + j·column] for p < count, j < columns, and 0 up to the pitch, a
  /// multiple of the width.
  void (*pack)(const float *from, long row, long column, long count, long columns, long pitch,
               float *out);
  /// Whole panels of rows that lie side by side: out[i·panel + p·width + j] = from[p·row + i·width + j] for
  /// i < panels, p < count, j < width.
  void (*pack_across)(const float *from, long row, long count, long panels, long panel, float *out);
  /// to[i] += from[i] for i < count.
  void (*add)(float *to, const float *from, long count);
  /// to[i] = from[i] as bfloat16; with `bfloat_pairs`.
  void (*narrow)(const float *from, long count, uint16_t *to);
  /// Rounds to bfloat16 in place, to nearest, ties to even.
  void (*round)(float *values, long count);
  /// [few − 1]
  void (*dot[DOT_FEW])(const struct dot *dot);
  void (*turn)(const struct turn *turn);
  void (*depthwise)(const struct depthwise *sums);
  void (*depthwise_weights)(const struct depthwise_weights *sums);
  /// For 3×3 kernels with stride 1, and for each phase of 4×4 kernels with stride 2.
  struct winograd winograd, strided_winograd;
  double (*peak)(int operands, long iterations, double *operations);
};

extern const struct product_table product_baseline;
#if defined(__x86_64__)
extern const struct product_table product_avx2;
extern const struct product_table product_avx512;
extern const struct product_table product_avx512_bfloat;
#endif

/// The table of an instruction set, or NULL where it is not supported.
const struct product_table *product_table_of(int isa);

/// The table of the instruction set in use.
const struct product_table *product_table(void);

#endif
