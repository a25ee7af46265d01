#include "product_plan.h"

#include <string.h>

enum {
  /// Columns of C that a strip of a turned product holds.
  STRIP = 64,
  SHORTEST_DOT = 32,
  /// Floats that are asked for while a strip is computed.
  LONGEST_AHEAD = 1 << 15,
};

static struct product_task straight(const struct product_table *table, const ouroboros_product_t *x) {
  struct product_task task = {
      .table = table, .m = x->m, .n = x->n, .k = x->k,
      .a_row = x->a_row, .a_column = x->a_column, .b_row = x->b_row, .b_column = x->b_column,
      .c_row = x->c_row, .alpha = x->alpha, .accumulate = x->accumulate,
      .activation = x->activation, .slope = x->slope, .operands = x->operands,
  };
  return task;
}

static struct product_task turned(const struct product_table *table, const ouroboros_product_t *x) {
  struct product_task task = {
      .table = table, .m = smaller(x->n, STRIP), .n = x->m, .k = x->k,
      .a_row = x->b_column, .a_column = x->b_row, .b_row = x->a_column, .b_column = x->a_row,
      .c_row = rounded_up(x->m, table->width), .alpha = 1,
  };
  return task;
}

/// About the cycles of a product with vectors along `n`, whose right operand stands with the strides given.
static double cost_of(const struct product_table *table, double m, double n, double k, int packs, int copies) {
  const double vectors = (double)parts_of((long)n, table->width);
  const double rows = m < table->rows ? m : (double)table->rows;
  const double wide = vectors < table->vectors ? vectors : (double)table->vectors;
  const double loads = (rows + wide) / (rows * wide);
  const double sums = m * vectors * k / 2 * (loads > 1 ? loads : 1);
  return sums + (packs ? n * k * (copies ? 0.12 : 0.25) : 0);
}

static enum product_way way_of(const struct product_table *table, const ouroboros_product_t *x) {
  if (x->operands != OUROBOROS_OPERANDS_FLOAT || x->k == 0) return PRODUCT_STRAIGHT;
  if (x->k >= SHORTEST_DOT) {
    if (x->n <= DOT_FEW && x->a_column == 1) return PRODUCT_DOT_COLUMNS;
    if (x->m <= DOT_FEW && x->b_row == 1) return PRODUCT_DOT_ROWS;
  }
  struct product_task one = straight(table, x), other = turned(table, x);
  product_cut(&one, 0);
  product_cut(&other, 0);
  const double m = (double)x->m, n = (double)x->n, k = (double)x->k;
  const double along_columns = cost_of(table, m, n, k, one.pack_b, x->b_column == 1);
  const double along_rows =
      cost_of(table, n, m, k, other.pack_b || x->m % table->width != 0, x->a_row == 1) + 0.6 * m * n;
  return along_rows < along_columns ? PRODUCT_TURNED : PRODUCT_STRAIGHT;
}

struct product_plan product_plan(const struct product_table *table, const ouroboros_product_t *x,
                                 int packed) {
  struct product_plan plan = {.way = packed ? PRODUCT_STRAIGHT : way_of(table, x), .task.table = table};
  switch (plan.way) {
    case PRODUCT_STRAIGHT:
      plan.task = straight(table, x);
      product_cut(&plan.task, packed);
      plan.b_floats = packed ? 0 : product_scratch_b(&plan.task);
      plan.a_floats = product_scratch_a(&plan.task);
      break;
    case PRODUCT_TURNED:
      plan.task = turned(table, x);
      product_cut(&plan.task, 0);
      plan.strip_floats = rounded_up(plan.task.m, table->width) * plan.task.c_row;
      if (plan.task.pack_b || x->m % table->width != 0)
        plan.whole_floats = product_packed_floats(table, x->m, x->k, x->operands);
      plan.a_floats = product_scratch_a(&plan.task);
      break;
    case PRODUCT_DOT_COLUMNS:
      plan.strip_floats = rounded_up(x->n * x->m, 16);
      plan.whole_floats = x->b_row == 1 ? 0 : rounded_up(x->n * x->k, 16);
      break;
    case PRODUCT_DOT_ROWS:
      plan.strip_floats = rounded_up(x->m * x->n, 16);
      plan.whole_floats = x->a_column == 1 ? 0 : rounded_up(x->m * x->k, 16);
      break;
  }
  return plan;
}

/// The strip of B from column j on, where its columns are contiguous and so few that it can wait in a cache.
static struct product_ahead strip_ahead(const struct product_task *task, const ouroboros_product_t *x,
                                        const float *b, long j) {
  struct product_ahead ahead = {0};
  if (j >= x->n || x->b_row != 1 || x->k * STRIP > LONGEST_AHEAD) return ahead;
  ahead.parts[ahead.count++] =
      (struct product_rows){b + j * x->b_column, x->b_column, smaller(STRIP, x->n - j), x->k};
  product_divide(&ahead, product_tiles(task));
  return ahead;
}

static void run_turned(const struct product_plan *plan, const ouroboros_product_t *x, const float *a,
                       const float *b, float *c, const float *bias, float *scratch) {
  struct product_task task = plan->task;
  struct turn turn = {.sums = scratch, .pitch = task.c_row, .c_row = x->c_row, .rows = x->m,
                      .alpha = x->alpha, .accumulate = x->accumulate, .activation = x->activation,
                      .slope = x->slope};
  task.b = a;
  task.c = scratch;
  if (plan->whole_floats) {
    float *whole = scratch + plan->strip_floats;
    product_pack_all(task.table, a, task.b_row, task.b_column, task.n, task.k, task.depth, x->operands, whole);
    task.packed = whole;
  }
  task.scratch_a = scratch + plan->strip_floats + plan->whole_floats;
  for (long j = 0; j < x->n; j += STRIP) {
    task.m = turn.columns = smaller(STRIP, x->n - j);
    task.a = b + j * x->b_column;
    task.ahead = strip_ahead(&task, x, b, j + STRIP);
    product_run(&task);
    turn.c = c + j;
    turn.bias = bias ? bias + j : NULL;
    task.table->turn(&turn);
  }
}

/// few[f][p] of an operand that is not contiguous along the sum.
static const float *gathered(const float *from, long few, long row, long column, long depth, float *to) {
  for (long f = 0; f < few; f++)
    for (long p = 0; p < depth; p++) to[f * depth + p] = from[f * row + p * column];
  return to;
}

static void run_dots(const struct product_plan *plan, const ouroboros_product_t *x, const float *a,
                     const float *b, float *c, const float *bias, float *scratch) {
  const int columns = plan->way == PRODUCT_DOT_COLUMNS;
  const long few = columns ? x->n : x->m;
  struct dot dot = {.rows = columns ? x->m : x->n, .depth = x->k, .out = scratch};
  dot.many = columns ? a : b;
  dot.many_row = columns ? x->a_row : x->b_column;
  dot.few = columns ? b : a;
  dot.few_row = columns ? x->b_column : x->a_row;
  dot.out_row = dot.rows;
  if (plan->whole_floats) {
    dot.few = gathered(dot.few, few, dot.few_row, columns ? x->b_row : x->a_column, x->k,
                       scratch + plan->strip_floats);
    dot.few_row = x->k;
  }
  plan->task.table->dot[few - 1](&dot);
  const int is_relu = x->activation == OUROBOROS_ACTIVATION_RELU;
  for (long i = 0; i < x->m; i++)
    for (long j = 0; j < x->n; j++) {
      float *out = c + i * x->c_row + j;
      float sum = scratch[columns ? j * x->m + i : i * x->n + j] * x->alpha;
      if (x->accumulate) sum = *out + sum;
      if (bias) sum += bias[j];
      if (x->activation != OUROBOROS_ACTIVATION_NONE && sum <= 0)
        sum = is_relu ? 0 : sum * x->slope;
      *out = sum;
    }
}

void product_item(const struct product_plan *plan, const ouroboros_product_t *x, const float *a, const float *b,
                  const float *packed, float *c, const float *bias, float *scratch,
                  const struct product_ahead *ahead) {
  switch (plan->way) {
    case PRODUCT_STRAIGHT: {
      struct product_task task = plan->task;
      task.a = a;
      task.b = b;
      task.packed = packed;
      task.c = c;
      task.bias = bias;
      task.scratch_a = scratch;
      task.scratch_b = scratch + plan->a_floats;
      task.ahead = *ahead;
      product_run(&task);
      return;
    }
    case PRODUCT_TURNED: run_turned(plan, x, a, b, c, bias, scratch); return;
    case PRODUCT_DOT_COLUMNS:
    case PRODUCT_DOT_ROWS: run_dots(plan, x, a, b, c, bias, scratch); return;
  }
}
