// The blocked loops around the tiles.
#ifndef PRODUCT_BLOCKS_H
#define PRODUCT_BLOCKS_H

#include "product_table.h"

/// Rows of floats that will be needed soon. Where they do not follow each other in memory no processor
/// foresees them, so they are asked for a few at a time while tiles are computed.
struct product_ahead {
  struct product_rows {
    const float *from;
    long row, rows, floats;
  } parts[3];
  long count;
  /// Rows that are asked for beside each tile.
  long share;
};

/// A product C = activation((C +) alpha·A·B + bias) with everything decided. Operands as in
/// `ouroboros_product_t`.
struct product_task {
  const struct product_table *table;
  long m, n, k;
  const float *a;
  long a_row, a_column;
  const float *b;
  long b_row, b_column;
  /// B laid out by `product_pack_all`, or NULL.
  const float *packed;
  float *c;
  long c_row;
  float alpha;
  int accumulate;
  const float *bias;
  int activation;
  float slope;
  int operands;
  /// The sums are cut into blocks of `depth`, C into blocks of `rows` × `panels` panels.
  long depth, rows, panels;
  /// Whether A and B are laid out anew, or read where they stand.
  int pack_a, pack_b;
  float *scratch_a, *scratch_b;
  /// What is needed next, by the next block of a transposed A or by the next product; empty for nothing.
  struct product_ahead ahead;
};

static inline long smaller(long x, long y) { return x < y ? x : y; }
static inline long rounded_up(long x, long unit) { return (x + unit - 1) / unit * unit; }
static inline long parts_of(long total, long largest) { return (total + largest - 1) / largest; }

/// Columns are cut into panels of nearly equal numbers of vectors, as many as a tile has at most.
static inline long panels_of(const struct product_table *table, long n) {
  return parts_of(parts_of(n, table->width), table->vectors);
}

/// The column at which panel `panel` begins; with panel = panels, the columns rounded up to vectors.
static inline long panel_start(const struct product_table *table, long n, long panel) {
  return parts_of(n, table->width) * panel / panels_of(table, n) * table->width;
}

/// Whether operands are laid out as pairs of bfloat16, and the rows of 32 bits that `depth` steps take then.
static inline int in_pairs(const struct product_table *table, int operands) {
  return operands == OUROBOROS_OPERANDS_BFLOAT16 && table->bfloat_pairs;
}
static inline long stored(const struct product_table *table, int operands, long depth) {
  return in_pairs(table, operands) ? (depth + 1) / 2 : depth;
}

/// Lays out a part of an operand for its precision.
static inline void lay_out(const struct product_table *table, int operands, const float *from, long row,
                           long column, long count, long columns, long pitch, float *out) {
  if (in_pairs(table, operands)) {
    table->pack_pairs(from, row, column, count, columns, pitch, out);
    return;
  }
  table->pack(from, row, column, count, columns, pitch, out);
  if (operands == OUROBOROS_OPERANDS_BFLOAT16) table->round(out, count * pitch);
}

/// Sets depth, rows, panels, pack_a and pack_b from the shape and the strides. The depth of a B `laid_out`
/// before depends on k only.
void product_cut(struct product_task *task, int laid_out);

/// Floats that `scratch_a` and `scratch_b` need.
long product_scratch_a(const struct product_task *task);
long product_scratch_b(const struct product_task *task);

/// Floats of B laid out whole, and the laying out: by blocks of depth, then panels, then rows.
long product_packed_floats(const struct product_table *table, long n, long k, int operands);
void product_pack_all(const struct product_table *table, const float *b, long b_row, long b_column, long n,
                      long k, long depth, int operands, float *packed);

/// Sets `share` for so many tiles.
void product_divide(struct product_ahead *ahead, long tiles);

/// The tiles of a product.
long product_tiles(const struct product_task *task);

void product_run(struct product_task *task);

#endif
