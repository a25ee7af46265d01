// The steps of single nodes of a tile program.
#include <string.h>

#include "tile_scheduler.h"

static int is_function(int operation) {
  return operation >= OUROBOROS_NEGATE && operation <= OUROBOROS_MULTIPLY_ADD;
}

int tile_sources(const struct tile_scheduler *s, int node, uint16_t sources[3]) {
  const ouroboros_tile_instruction *in = &s->nodes[node].instruction;
  const int sums = in->operation == OUROBOROS_ROW_SUM || in->operation == OUROBOROS_SUM_INTO;
  if (sums && s->fused[in->a]) {
    const ouroboros_tile_instruction *product = &s->nodes[in->a].instruction;
    sources[0] = product->a;
    sources[1] = product->operation == OUROBOROS_SQUARE ? product->a : product->b;
    return 2;
  }
  sources[0] = in->a;
  sources[1] = in->b;
  sources[2] = in->c;
  return tile_arity(in->operation);
}

/// Whether a block of the operand is one run of floats.
static int contiguous(const struct tile_builder *b, int operand) {
  const ouroboros_tile_operand *o = &b->operands[operand];
  const int64_t columns = b->extents[OUROBOROS_COLUMN];
  return o->type == OUROBOROS_F32 && (columns == 1 || o->strides[OUROBOROS_COLUMN] == 1)
      && (b->one_row || o->strides[OUROBOROS_ROW] == columns);
}

struct tile_step *tile_append(struct tile_scheduler *s, int code) {
  // What does not fit is written over the last one and refused in the end.
  struct tile_step *step = &s->steps[s->count < s->capacity ? s->count : s->capacity - 1];
  s->count++;
  memset(step, 0, sizeof *step);
  step->code = (uint8_t)code;
  return step;
}

static uint16_t take_buffer(struct tile_scheduler *s) {
  int buffer = 0;
  while (s->busy[buffer]) buffer++;
  s->busy[buffer] = 1;
  if (buffer >= s->buffers) s->buffers = buffer + 1;
  return (uint16_t)(TILE_BUFFER + buffer);
}

/// A slot for the value of a node: whole blocks in buffers, rows and numbers in small ones.
uint16_t tile_take_slot(struct tile_scheduler *s, int node) {
  if (s->nodes[node].shape & TILE_COLUMNS) return take_buffer(s);
  return (uint16_t)(TILE_SMALL + s->smalls++);
}

static void release_sources(struct tile_scheduler *s, int node) {
  uint16_t sources[3];
  const int count = tile_sources(s, node, sources);
  for (int k = 0; k < count; k++) {
    const uint16_t slot = s->slot[sources[k]];
    if (s->last_use[sources[k]] == node && !s->hoisted[sources[k]] && (slot & TILE_KIND) == TILE_BUFFER)
      s->busy[slot] = 0;
  }
}

static void point(struct tile_scheduler *s, int node, int operand) {
  struct tile_step *step = tile_append(s, TILE_POINT);
  s->slot[node] = (uint16_t)(TILE_POINTER + s->pointers++);
  step->result = s->slot[node];
  step->operand = (uint16_t)operand;
}

/// The store of the list that the function of `node` can do itself, or −1.
static int store_of_function(const struct tile_scheduler *s, int node) {
  if (!(s->nodes[node].shape & TILE_COLUMNS) || s->hoisted[node]) return -1;
  for (int i = node + 1; i < s->builder->node_count; i++) {
    const ouroboros_tile_instruction *in = &s->nodes[i].instruction;
    if (!s->include[i] || in->operation != OUROBOROS_STORE || in->a != node
        || !contiguous(s->builder, in->operand))
      continue;
    int read_later = 0;
    for (int j = 0; j < s->builder->node_count; j++) {
      const ouroboros_tile_instruction *load = &s->nodes[j].instruction;
      if (s->include[j] && load->operation == OUROBOROS_LOAD && load->operand == in->operand
          && s->last_use[j] > node)
        read_later = 1;
    }
    if (!read_later) return i;
  }
  return -1;
}

static void write_function(struct tile_scheduler *s, int node) {
  const struct tile_node *n = &s->nodes[node];
  uint16_t sources[3];
  const int count = tile_sources(s, node, sources);
  const int store = store_of_function(s, node);
  if (store >= 0) {
    point(s, node, s->nodes[store].instruction.operand);
    s->written[store] = 1;
  }
  release_sources(s, node);
  if (store < 0) s->slot[node] = tile_take_slot(s, node);
  struct tile_step *step = tile_append(s, TILE_FUNCTION);
  step->operation = (uint8_t)n->instruction.operation;
  step->immediate = n->instruction.immediate;
  step->shape = n->shape;
  step->result = s->slot[node];
  for (int k = 0; k < count; k++) {
    const int shape = s->nodes[sources[k]].shape, block = n->shape & TILE_COLUMNS;
    const int by_row = (shape & TILE_ROWS) && !s->builder->one_row;
    step->sources[k] = s->slot[sources[k]];
    if ((shape & TILE_COLUMNS) || (!block && (by_row || shape == n->shape)))
      step->advancing |= (uint8_t)(1u << k);
    else if (block && by_row)
      step->row_values |= (uint8_t)(1u << k);
  }
}

static void write_source(struct tile_scheduler *s, int node) {
  const struct tile_node *n = &s->nodes[node];
  const int operation = n->instruction.operation;
  // A late store reads after other late stores have written: what it stores must be a copy.
  if (operation == OUROBOROS_LOAD && n->shape == TILE_MATRIX
      && contiguous(s->builder, n->instruction.operand)
      && !(s->last_use[node] == TILE_LAST && s->builder->stored[n->instruction.operand])) {
    point(s, node, n->instruction.operand);
    return;
  }
  s->slot[node] = tile_take_slot(s, node);
  struct tile_step *step = tile_append(
      s, operation == OUROBOROS_LOAD ? TILE_LOAD : operation == OUROBOROS_INDEX ? TILE_POSITION : TILE_FILL);
  step->shape = n->shape;
  step->result = s->slot[node];
  step->operand = n->instruction.operand;
  step->immediate = n->instruction.immediate;
}

static int new_reduction(struct tile_scheduler *s, struct tile_reduction reduction) {
  s->reductions[s->reduction_count] = reduction;
  return s->reduction_count++;
}

/// What a sink or reduction reads: a value, or two to be multiplied.
static void set_summands(const struct tile_scheduler *s, struct tile_step *step, int node) {
  uint16_t sources[3];
  step->product = tile_sources(s, node, sources) == 2;
  for (int k = 0; k < 1 + step->product; k++) step->sources[k] = s->slot[sources[k]];
}

static void write_row_reduction(struct tile_scheduler *s, int node) {
  const ouroboros_tile_instruction *in = &s->nodes[node].instruction;
  const int maximum = in->operation == OUROBOROS_ROW_MAXIMUM;
  struct tile_step *step;
  if (s->program->whole_rows) {
    s->slot[node] = tile_take_slot(s, node);
    step = tile_append(s, maximum ? TILE_ROW_MAXIMUM : TILE_ROW_SUM);
    step->result = s->slot[node];
    step->immediate = in->immediate;
  } else {
    s->reduction[node] = (int16_t)new_reduction(
        s, (struct tile_reduction){.operand = -1, .maximum = (uint8_t)maximum, .scale = in->immediate});
    step = tile_append(s, TILE_PART_OF_ROW);
    step->operand = (uint16_t)s->reduction[node];
  }
  step->shape = s->nodes[in->a].shape;
  set_summands(s, step, node);
  release_sources(s, node);
}

static void write_sink(struct tile_scheduler *s, int node) {
  const ouroboros_tile_instruction *in = &s->nodes[node].instruction;
  const struct tile_node *value = &s->nodes[in->a];
  const int64_t *strides = s->builder->operands[in->operand].strides;
  if (s->written[node]) {
    release_sources(s, node);
    return;
  }
  const int store = in->operation == OUROBOROS_STORE;
  struct tile_step *step = tile_append(s, store ? TILE_STORE : TILE_REDUCE);
  step->shape = value->shape;
  set_summands(s, step, node);
  step->operand = in->operand;
  step->varies_rows = (value->varies >> OUROBOROS_ROW & 1) || strides[OUROBOROS_ROW] != 0;
  step->varies_columns = (value->varies >> OUROBOROS_COLUMN & 1) || strides[OUROBOROS_COLUMN] != 0;
  if (!store) {
    struct tile_reduction reduction = {
        .operand = in->operand, .columns = strides[OUROBOROS_COLUMN] != 0,
        .maximum = in->operation == OUROBOROS_MAXIMUM_INTO, .scale = in->immediate};
    for (int i = 0; i < 3; i++)
      if (s->builder->extents[i] > 1 && strides[i] == 0) reduction.outer |= (uint8_t)(1u << i);
    step->outer_once = reduction.outer & (uint8_t)~value->varies;
    step->operand = (uint16_t)new_reduction(s, reduction);
  }
  release_sources(s, node);
}

void tile_write_node(struct tile_scheduler *s, int node) {
  const int operation = s->nodes[node].instruction.operation;
  if (is_function(operation)) write_function(s, node);
  else if (tile_is_row_reduction(operation)) write_row_reduction(s, node);
  else if (tile_is_sink(operation)) write_sink(s, node);
  else write_source(s, node);
}
