#include "product_blocks.h"

enum {
  LONGEST_SUM = 1024,
  /// Of a transposed A every step of the sum meets another cache line: fewer of them stay at hand.
  LONGEST_TRANSPOSED_SUM = 512,
  SHORTEST_TRANSPOSED_SUM = 128,
  /// From here on every step of the sum would meet another page, too: such a transposed A is laid out anew.
  FAR_COLUMNS = 2048,
  /// Floats of a block of A, for a second-level cache to hold beside a panel of B.
  BLOCK_FLOATS = 1 << 17,
  /// Floats of a C that stays in a second-level cache from block to block.
  SUM_FLOATS = 3 << 16,
  BLOCK_COLUMNS = 768,
  /// Rows of B that stand a multiple of this many bytes apart compete for the same cache lines: with more
  /// rows of A than that, B is laid out anew.
  CROWDED_BYTES = 4096,
  MANY_ROWS = 256,
  /// Steps of the sum that are laid out at a time: a transposed A is read along its memory, so that lines
  /// that are neighbours come together.
  STEPS_AT_ONCE = 8,
  LINE_FLOATS = 16,
};

/// How long the sums of a block may be. A transposed A is best met in whole rows of its memory, one after
/// the other, as long as C stays at hand meanwhile.
static long longest_sum(const struct product_task *x, int transposed) {
  if (!transposed) return LONGEST_SUM;
  const long whole = BLOCK_FLOATS / x->m;
  if (x->m * x->n > SUM_FLOATS || whole > LONGEST_TRANSPOSED_SUM) return LONGEST_TRANSPOSED_SUM;
  return whole < SHORTEST_TRANSPOSED_SUM ? SHORTEST_TRANSPOSED_SUM : whole;
}

void product_cut(struct product_task *x, int laid_out) {
  const struct product_table *table = x->table;
  const int transposed = x->a_row == 1 && x->a_column != 1;
  const long longest = longest_sum(x, transposed && !laid_out);
  const long k = x->k > 0 ? x->k : 1;
  x->depth = smaller(k, rounded_up(parts_of(k, parts_of(k, longest)), 16));
  x->rows = rounded_up(parts_of(x->m, parts_of(x->m, BLOCK_FLOATS / x->depth)), table->width);
  const long panels = panels_of(table, x->n);
  x->panels = parts_of(panels, parts_of(x->n, BLOCK_COLUMNS));
  x->pack_b = !(x->b_column == 1 && (x->m <= MANY_ROWS || (x->b_row * 4) % CROWDED_BYTES != 0));
  x->pack_a = transposed && x->a_column >= FAR_COLUMNS && x->m > table->rows &&
              x->n > table->width * table->vectors;
  if (x->operands == OUROBOROS_OPERANDS_BFLOAT16) x->pack_a = x->pack_b = 1;
}

long product_scratch_a(const struct product_task *x) {
  return x->pack_a ? rounded_up(x->rows * x->depth, 16) : 0;
}

long product_scratch_b(const struct product_task *x) {
  const struct product_table *table = x->table;
  if (x->packed) return 0;
  // Of a B read where it stands only the panel with the last, incomplete vector is laid out.
  if (!x->pack_b && x->n % table->width == 0) return 0;
  const long widest = table->vectors * table->width * x->depth;
  return x->m <= x->rows || !x->pack_b ? widest : widest * x->panels;
}

long product_packed_floats(const struct product_table *table, long n, long k, int operands) {
  return rounded_up(n, table->width) * stored(table, operands, k);
}

void product_pack_all(const struct product_table *table, const float *b, long b_row, long b_column, long n,
                      long k, long depth, int operands, float *packed) {
  const long panels = panels_of(table, n), padded = rounded_up(n, table->width);
  for (long p = 0; p < k; p += depth) {
    const long count = smaller(depth, k - p);
    for (long panel = 0; panel < panels; panel++) {
      const long j = panel_start(table, n, panel), pitch = panel_start(table, n, panel + 1) - j;
      lay_out(table, operands, b + p * b_row + j * b_column, b_row, b_column, count, smaller(pitch, n - j),
              pitch, packed + stored(table, operands, p) * padded + j * stored(table, operands, count));
    }
  }
}

void product_divide(struct product_ahead *ahead, long tiles) {
  long rows = 0;
  for (long part = 0; part < ahead->count; part++) rows += ahead->parts[part].rows;
  ahead->share = parts_of(rows, tiles);
}

static void ask(struct product_ahead *ahead) {
  for (long left = ahead->share; left > 0 && ahead->count > 0;) {
    struct product_rows *part = &ahead->parts[ahead->count - 1];
    const long rows = smaller(left, part->rows), end = part->floats;
    for (long r = 0; r < rows; r++, part->from += part->row)
      for (long j = 0; j < end; j += LINE_FLOATS) __builtin_prefetch(part->from + j, 0, 2);
    left -= rows;
    part->rows -= rows;
    if (part->rows == 0) ahead->count--;
  }
}

/// The part of a transposed A that is laid out after the one at row i0.
static struct product_ahead block_after(const struct product_task *x, long i0, long p0, long depth, long tiles) {
  const long next = i0 + x->rows, floats = smaller(x->rows, x->m - next);
  struct product_ahead ahead = {0};
  if (x->a_row != 1 || floats <= 0) return ahead;
  ahead.parts[ahead.count++] = (struct product_rows){x->a + next + p0 * x->a_column, x->a_column, depth, floats};
  product_divide(&ahead, tiles);
  return ahead;
}

long product_tiles(const struct product_task *x) {
  // Without sums there is still one block of zeros.
  const long blocks = x->k > 0 ? parts_of(x->k, x->depth) : 1;
  return panels_of(x->table, x->n) * parts_of(x->m, x->table->rows) * blocks;
}

/// All rows of a block of A against one panel of B.
static void run_panel(const struct product_task *x, struct tile *tile, const float *a, long a_row, long i0,
                      long height, long j, long vectors, struct product_ahead *ahead) {
  const struct product_table *table = x->table;
  const long tiles = parts_of(height, table->rows), width = table->width;
  const float *a_rows[MAXIMUM_ROWS];
  float *c_rows[MAXIMUM_ROWS];
  tile->a = a_rows;
  tile->c = c_rows;
  for (long t = 0, i = 0; t < tiles; t++) {
    const long end = height * (t + 1) / tiles, rows = end - i;
    for (long r = 0; r < rows; r++, i++) {
      a_rows[r] = x->pack_a ? a + i / width * width * tile->length + i % width : a + i * a_row;
      c_rows[r] = x->c + (i0 + i) * x->c_row + j;
    }
    ask(ahead);
    (in_pairs(table, x->operands) ? table->bfloat_tile : table->tile)[rows - 1][vectors - 1](tile);
  }
}

/// Lays out `height` rows of A as panels [depth][width].
static void pack_rows_of_a(const struct product_task *x, const float *a, long height, long depth) {
  const long width = x->table->width, panel = stored(x->table, x->operands, depth);
  long i = 0;
  if (x->a_row == 1 && x->operands == OUROBOROS_OPERANDS_FLOAT) {
    const long panels = height / width;
    x->table->pack_across(a, x->a_column, depth, panels, panel * width, x->scratch_a);
    i = panels * width;
  }
  const long steps = x->a_row == 1 ? STEPS_AT_ONCE : depth;
  for (long p = 0; p < depth; p += steps)
    for (long j = i; j < height; j += width)
      lay_out(x->table, x->operands, a + p * x->a_column + j * x->a_row, x->a_column, x->a_row,
              smaller(steps, depth - p), smaller(width, height - j), width,
              x->scratch_a + j * panel + stored(x->table, x->operands, p) * width);
}

/// The panels from `first` to `end` − 1 for one block of the sums.
static void run_block(struct product_task *x, long first, long end, long p0, long depth) {
  static const long zero = 0;
  const struct product_table *table = x->table;
  const long padded = rounded_up(x->n, table->width), j0 = panel_start(table, x->n, first);
  const long steps = stored(table, x->operands, depth);
  const int last = p0 + depth >= x->k;
  struct tile tile = {
      .a_offsets = &zero, .b_offsets = &zero, .segments = 1, .length = steps,
      .a_step = x->pack_a ? table->width : x->a_column,
      .alpha = x->alpha, .accumulate = x->accumulate || p0 > 0,
      .activation = last ? x->activation : OUROBOROS_ACTIVATION_NONE, .slope = x->slope,
  };
  for (long i0 = 0; i0 < x->m; i0 += x->rows) {
    const long height = smaller(x->rows, x->m - i0);
    const float *a = x->a + i0 * x->a_row + p0 * x->a_column;
    if (x->pack_a) {
      pack_rows_of_a(x, a, height, depth);
      a = x->scratch_a;
      x->ahead = block_after(x, i0, p0, depth, (end - first) * parts_of(height, table->rows));
    }
    for (long panel = first; panel < end; panel++) {
      const long j = panel_start(table, x->n, panel), pitch = panel_start(table, x->n, panel + 1) - j;
      tile.columns = smaller(pitch, x->n - j);
      tile.bias = x->bias && last ? x->bias + j : NULL;
      tile.b_step = pitch;
      if (x->packed) {
        tile.b = x->packed + stored(table, x->operands, p0) * padded + j * steps;
      } else if (!x->pack_b && tile.columns == pitch) {
        tile.b = x->b + p0 * x->b_row + j;
        tile.b_step = x->b_row;
      } else {
        // A panel that several blocks of A meet stays; else the next one takes its place.
        float *packed = x->scratch_b + (x->m > x->rows && x->pack_b ? (j - j0) * steps : 0);
        if (i0 == 0 || !x->pack_b)
          lay_out(table, x->operands, x->b + p0 * x->b_row + j * x->b_column, x->b_row, x->b_column, depth,
                  tile.columns, pitch, packed);
        tile.b = packed;
      }
      run_panel(x, &tile, a, x->a_row, i0, height, j, pitch / table->width, &x->ahead);
    }
  }
}

void product_run(struct product_task *x) {
  const long panels = panels_of(x->table, x->n);
  for (long panel = 0; panel < panels; panel += x->panels) {
    const long end = smaller(panel + x->panels, panels);
    long p = 0;
    do {
      run_block(x, panel, end, p, smaller(x->depth, x->k - p));
      p += x->depth;
    } while (p < x->k);
  }
}
