// Running compiled tile programs.
#include <string.h>

#include "numeric_kernels.h"
#include "tile_program.h"

enum { LANES = 16, FLOAT_ROWS = 64 };

/// The block in work.
struct run {
  const struct ouroboros_tile_program *program;
  const struct numeric_kernels *kernels;
  const struct tile_reduction *reductions;
  char *scratch;
  float **slots;
  struct tile_state *states;
  int64_t index[3];  // of the outer dimensions
  int64_t first_row, rows, first_column, columns;
  int one_row;       // numbers of rows are spread over 16 lanes
  char *bases[OUROBOROS_TILE_OPERANDS_MAXIMUM];
};

static int64_t bytes_of(int type) { return type == OUROBOROS_BF16 ? 2 : 4; }

static struct plane plane_of(const struct run *r, int operand) {
  const ouroboros_tile_operand *o = &r->program->operands[operand];
  const int64_t row = o->strides[OUROBOROS_ROW], column = o->strides[OUROBOROS_COLUMN];
  return (struct plane){
      .pointer = r->bases[operand] + (r->first_row * row + r->first_column * column) * bytes_of(o->type),
      .row = row, .column = column, .type = o->type};
}

/// The numbers of a value: for each row (spread over the lanes if there is one), or one (spread).
static size_t small_count(const struct run *r, int shape) {
  return (shape & TILE_ROWS) && !r->one_row ? (size_t)r->rows : LANES;
}

static size_t block_count(const struct run *r) { return (size_t)(r->rows * r->columns); }

static void spread(float *x, float value) {
  for (int i = 0; i < LANES; i++) x[i] = value;
}

static void run_load(const struct run *r, const struct tile_step *step) {
  float *result = r->slots[step->result];
  const struct plane plane = plane_of(r, step->operand);
  if (step->shape & TILE_COLUMNS) {
    r->kernels->load_plane(plane, (size_t)r->rows, (size_t)r->columns, result);
  } else if ((step->shape & TILE_ROWS) && !r->one_row) {
    r->kernels->load_plane(
        (struct plane){plane.pointer, 0, plane.row, plane.type}, 1, (size_t)r->rows, result);
  } else {
    r->kernels->load_plane((struct plane){plane.pointer, 0, 0, plane.type}, 1, LANES, result);
  }
}

static void run_position(const struct run *r, const struct tile_step *step) {
  float *result = r->slots[step->result];
  if (step->operand < OUROBOROS_ROW) {
    spread(result, (float)r->index[step->operand]);
  } else if (step->operand == OUROBOROS_COLUMN) {
    for (int64_t i = 0; i < r->rows; i++)
      for (int64_t j = 0; j < r->columns; j++)
        result[i * r->columns + j] = (float)(r->first_column + j);
  } else if (r->one_row) {
    spread(result, (float)r->first_row);
  } else {
    for (int64_t i = 0; i < r->rows; i++) result[i] = (float)(r->first_row + i);
  }
}

static void run_function(const struct run *r, const struct tile_step *step) {
  struct tile_call call;
  call.result = r->slots[step->result];
  for (int k = 0; k < 3; k++) {
    call.sources[k] = r->slots[step->sources[k]];
    call.steps[k] = step->advancing >> k & 1 ? LANES : 0;
  }
  call.immediate = step->immediate;
  call.row_values = step->row_values;
  if (step->row_values != 0) {
    call.rows = (size_t)r->rows;
    call.count = (size_t)r->columns;
    r->kernels->rows[step->operation](&call);
  } else {
    call.count = step->shape & TILE_COLUMNS ? block_count(r) : small_count(r, step->shape);
    r->kernels->flat[step->operation](&call);
  }
}

/// The second factor of a sum of products, or NULL.
static const float *factor_of(const struct run *r, const struct tile_step *step) {
  return step->product ? r->slots[step->sources[1]] : NULL;
}

static void run_row_reduction(const struct run *r, const struct tile_step *step) {
  const float *x = r->slots[step->sources[0]];
  float *result = r->slots[step->result];
  const size_t rows = (size_t)r->rows, columns = (size_t)r->columns;
  if (step->code == TILE_ROW_SUM)
    r->kernels->row_sums(x, factor_of(r, step), rows, columns, step->immediate, result);
  else r->kernels->row_maxima(x, rows, columns, result);
  if (r->one_row) spread(result, result[0]);
}

static float larger(float a, float b) { return a > b || a != a ? a : b; }

static void run_part_of_row(const struct run *r, const struct tile_step *step) {
  struct tile_state *state = &r->states[step->operand];
  const float *x = r->slots[step->sources[0]];
  if (r->reductions[step->operand].maximum)
    state->best = larger(r->kernels->maximum(x, (size_t)r->columns), state->best);
  else state->total += r->kernels->sum(x, factor_of(r, step), (size_t)r->columns);
}

static void reset(const struct run *r, int reduction) {
  const struct tile_reduction *what = &r->reductions[reduction];
  struct tile_state *state = &r->states[reduction];
  *state = (struct tile_state){.best = -__builtin_inff()};
  if (!what->columns) return;
  const size_t columns = (size_t)r->program->extents[OUROBOROS_COLUMN];
  float *sums = (float *)(r->scratch + what->sums);
  if (what->maximum) {
    r->kernels->fill(-__builtin_inff(), sums, columns);
  } else {
    memset(sums, 0, columns * sizeof(float));
    memset(r->scratch + what->totals, 0, columns * sizeof(double));
  }
}

static void run_row_done(const struct run *r, const struct tile_step *step) {
  const struct tile_reduction *what = &r->reductions[step->operand];
  const struct tile_state *state = &r->states[step->operand];
  spread(r->slots[step->result], what->maximum ? state->best : (float)(state->total * what->scale));
  reset(r, step->operand);
}

static void run_store(const struct run *r, const struct tile_step *step) {
  if ((!step->varies_rows && r->first_row > 0) || (!step->varies_columns && r->first_column > 0))
    return;
  struct plane source = {.pointer = r->slots[step->sources[0]], .type = OUROBOROS_F32};
  if (step->shape & TILE_COLUMNS) {
    source.row = r->columns;
    source.column = 1;
  } else if ((step->shape & TILE_ROWS) && !r->one_row) {
    source.row = 1;
  }
  r->kernels->store_plane(source, plane_of(r, step->operand),
                          step->varies_rows ? (size_t)r->rows : 1,
                          step->varies_columns ? (size_t)r->columns : 1);
}

/// Adds rows to the sums of columns, at most 64 in Float before these go to the totals.
static void add_rows(const struct run *r, const struct tile_step *step, int64_t rows) {
  const int reduction = step->operand;
  const float *x = r->slots[step->sources[0]], *y = factor_of(r, step);
  const struct tile_reduction *what = &r->reductions[reduction];
  struct tile_state *state = &r->states[reduction];
  const size_t columns = (size_t)r->columns;
  float *sums = (float *)(r->scratch + what->sums) + r->first_column;
  double *totals = (double *)(r->scratch + what->totals) + r->first_column;
  if (what->maximum) {
    r->kernels->raise_to_rows(x, (size_t)rows, columns, sums);
    return;
  }
  int64_t held = state->rows;
  for (int64_t done = 0; done < rows;) {
    const int64_t next = rows - done < FLOAT_ROWS - held ? rows - done : FLOAT_ROWS - held;
    const int64_t at = done * r->columns;
    r->kernels->add_rows(x + at, y == NULL ? NULL : y + at, (size_t)next, columns, sums);
    done += next;
    held += next;
    if (held == FLOAT_ROWS) {
      r->kernels->add_to_totals(sums, totals, columns);
      held = 0;
    }
  }
  // All blocks of a row hold the same number of rows.
  if (r->first_column + r->columns == r->program->extents[OUROBOROS_COLUMN]) state->rows = held;
}

static void run_reduce(const struct run *r, const struct tile_step *step) {
  const struct tile_reduction *what = &r->reductions[step->operand];
  struct tile_state *state = &r->states[step->operand];
  if ((!step->varies_rows && r->first_row > 0) || (!step->varies_columns && r->first_column > 0))
    return;
  for (int i = 0; i < 3; i++)
    if ((step->outer_once >> i & 1) && r->index[i] > 0) return;
  const int64_t rows = step->varies_rows ? r->rows : 1;
  if (what->columns) {
    add_rows(r, step, rows);
    return;
  }
  const float *x = r->slots[step->sources[0]];
  size_t count = (step->shape & TILE_COLUMNS) ? (size_t)(rows * r->columns) : 1;
  if (step->shape == TILE_ROWS && !r->one_row) count = (size_t)rows;
  if (what->maximum) state->best = larger(r->kernels->maximum(x, count), state->best);
  else state->total += r->kernels->sum(x, factor_of(r, step), count);
}

static void run_steps(const struct run *r, struct tile_range range) {
  const struct tile_step *steps =
      (const struct tile_step *)((const char *)r->program + r->program->steps);
  for (const struct tile_step *step = steps + range.first; step < steps + range.last; step++) {
    switch (step->code) {
      case TILE_POINT:
        r->slots[step->result] = (float *)plane_of(r, step->operand).pointer;
        break;
      case TILE_LOAD: run_load(r, step); break;
      case TILE_POSITION: run_position(r, step); break;
      case TILE_FILL: spread(r->slots[step->result], step->immediate); break;
      case TILE_FUNCTION: run_function(r, step); break;
      case TILE_ROW_SUM:
      case TILE_ROW_MAXIMUM: run_row_reduction(r, step); break;
      case TILE_PART_OF_ROW: run_part_of_row(r, step); break;
      case TILE_ROW_DONE: run_row_done(r, step); break;
      case TILE_STORE: run_store(r, step); break;
      case TILE_REDUCE: run_reduce(r, step); break;
    }
  }
}

/// The result of a reduction into its operand.
static void write_reduction(const struct run *r, int reduction) {
  const struct tile_reduction *what = &r->reductions[reduction];
  const struct tile_state *state = &r->states[reduction];
  const ouroboros_tile_operand *operand = &r->program->operands[what->operand];
  float *out = (float *)r->bases[what->operand];
  if (!what->columns) {
    *out = what->maximum ? state->best : (float)(state->total * what->scale);
    return;
  }
  const float *sums = (const float *)(r->scratch + what->sums);
  const double *totals = (const double *)(r->scratch + what->totals);
  const int64_t stride = operand->strides[OUROBOROS_COLUMN];
  for (int64_t j = 0; j < r->program->extents[OUROBOROS_COLUMN]; j++)
    out[j * stride] = what->maximum ? sums[j] : (float)((totals[j] + sums[j]) * what->scale);
}

/// Starts (or ends) the reductions that begin (end) at this index of the outer dimensions.
static void bound_reductions(const struct run *r, int end) {
  for (int i = 0; i < r->program->reduction_count; i++) {
    const struct tile_reduction *what = &r->reductions[i];
    int here = 1;
    for (int k = 0; k < 3; k++)
      if (what->outer >> k & 1)
        here = here && r->index[k] == (end ? r->program->extents[k] - 1 : 0);
    if (!here) continue;
    if (!end) reset(r, i);
    else if (what->operand >= 0) write_reduction(r, i);
  }
}

static void run_outer(struct run *r) {
  const struct ouroboros_tile_program *p = r->program;
  const struct tile_phase *phases = (const struct tile_phase *)((const char *)p + p->phases);
  const int64_t rows = p->extents[OUROBOROS_ROW], columns = p->extents[OUROBOROS_COLUMN];
  r->first_row = r->first_column = 0;
  r->rows = p->block_rows < rows ? p->block_rows : rows;
  r->columns = columns < p->block_columns ? columns : p->block_columns;
  run_steps(r, p->outer);
  for (r->first_row = 0; r->first_row < rows; r->first_row += p->block_rows) {
    if (rows - r->first_row < r->rows) r->rows = rows - r->first_row;
    for (int phase = 0; phase < p->phase_count; phase++) {
      r->first_column = 0;
      r->columns = columns < p->block_columns ? columns : p->block_columns;
      run_steps(r, phases[phase].rows);
      if (phases[phase].blocks.first == phases[phase].blocks.last) continue;
      for (; r->first_column < columns; r->first_column += p->block_columns) {
        if (columns - r->first_column < r->columns) r->columns = columns - r->first_column;
        run_steps(r, phases[phase].blocks);
      }
    }
  }
}

void ouroboros_tile_run(
    const ouroboros_tile_program *p, void *const *operands, void *scratch) {
  struct run r = {.program = p, .kernels = ckernels_numeric(), .scratch = scratch};
  r.reductions = (const struct tile_reduction *)((const char *)p + p->reductions);
  r.slots = (float **)scratch;
  r.states = (struct tile_state *)(r.scratch + p->states);
  r.one_row = p->block_rows == 1;
  float *buffer = (float *)(r.scratch + p->buffers);
  for (int i = 0; i < p->buffer_count + p->small_count; i++) {
    r.slots[i] = buffer;
    buffer += i < p->buffer_count ? p->buffer_floats : p->small_floats;
  }
  for (r.index[0] = 0; r.index[0] < p->extents[0]; r.index[0]++)
    for (r.index[1] = 0; r.index[1] < p->extents[1]; r.index[1]++)
      for (r.index[2] = 0; r.index[2] < p->extents[2]; r.index[2]++) {
        for (int k = 0; k < p->operand_count; k++) {
          const ouroboros_tile_operand *o = &p->operands[k];
          int64_t at = o->offset;
          for (int i = 0; i < 3; i++) at += r.index[i] * o->strides[i];
          r.bases[k] = (char *)operands[k] + at * bytes_of(o->type);
        }
        bound_reductions(&r, 0);
        run_outer(&r);
        bound_reductions(&r, 1);
      }
}
