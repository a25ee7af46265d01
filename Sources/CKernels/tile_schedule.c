// The steps of a tile program: what is computed once for each index of the outer dimensions, for each
// block of rows and for each block, in which buffers.
#include <string.h>

#include "tile_program.h"

enum { BUFFER = 0, SMALL = 0x4000, POINTER = 0x8000, KIND = 0xc000, LAST = 0x7fff };

struct scheduler {
  const struct tile_builder *builder;
  const struct tile_node *nodes;
  struct ouroboros_tile_program *program;
  struct tile_step *steps;
  struct tile_reduction *reductions;
  int capacity, count;
  int buffers, smalls, pointers, reduction_count;
  uint8_t busy[TILE_INSTRUCTIONS];             // buffers
  uint16_t slot[TILE_INSTRUCTIONS];            // of each value
  int16_t phase[TILE_INSTRUCTIONS];            // of sinks and reductions of rows
  int16_t reduction[TILE_INSTRUCTIONS];        // of reductions of rows that are cut
  uint8_t include[TILE_INSTRUCTIONS];          // of the list being written
  uint8_t written[TILE_INSTRUCTIONS];          // stores done by the function that makes the value
  uint8_t hoisted[TILE_INSTRUCTIONS];
  int16_t last_use[TILE_INSTRUCTIONS];         // in the list being written
};

static int is_reduction_of_rows(int operation) {
  return operation == OUROBOROS_ROW_SUM || operation == OUROBOROS_ROW_MAXIMUM;
}

static int is_function(int operation) {
  return operation >= OUROBOROS_NEGATE && operation <= OUROBOROS_MULTIPLY_ADD;
}

static const uint16_t *sources_of(const struct tile_node *node, uint16_t sources[3]) {
  sources[0] = node->instruction.a;
  sources[1] = node->instruction.b;
  sources[2] = node->instruction.c;
  return sources;
}

/// Whether a block of the operand is one run of floats.
static int contiguous(const struct tile_builder *b, int operand) {
  const ouroboros_tile_operand *o = &b->operands[operand];
  const int64_t columns = b->extents[OUROBOROS_COLUMN];
  return o->type == OUROBOROS_F32 && (columns == 1 || o->strides[OUROBOROS_COLUMN] == 1)
      && (b->one_row || o->strides[OUROBOROS_ROW] == columns);
}

static struct tile_step *append(struct scheduler *s, int code) {
  // What does not fit is written over the last one and refused in the end.
  struct tile_step *step = &s->steps[s->count < s->capacity ? s->count : s->capacity - 1];
  s->count++;
  memset(step, 0, sizeof *step);
  step->code = (uint8_t)code;
  return step;
}

static uint16_t take_buffer(struct scheduler *s) {
  int buffer = 0;
  while (s->busy[buffer]) buffer++;
  s->busy[buffer] = 1;
  if (buffer >= s->buffers) s->buffers = buffer + 1;
  return (uint16_t)(BUFFER + buffer);
}

/// A slot for the value of a node: whole blocks in buffers, rows and numbers in small ones.
static uint16_t take_slot(struct scheduler *s, int node) {
  if (s->nodes[node].shape & TILE_COLUMNS) return take_buffer(s);
  return (uint16_t)(SMALL + s->smalls++);
}

static void release_sources(struct scheduler *s, int node) {
  uint16_t sources[3];
  sources_of(&s->nodes[node], sources);
  for (int k = 0; k < tile_arity(s->nodes[node].instruction.operation); k++) {
    const uint16_t slot = s->slot[sources[k]];
    if (s->last_use[sources[k]] == node && !s->hoisted[sources[k]] && (slot & KIND) == BUFFER)
      s->busy[slot] = 0;
  }
}

static void point(struct scheduler *s, int node, int operand) {
  struct tile_step *step = append(s, TILE_POINT);
  s->slot[node] = (uint16_t)(POINTER + s->pointers++);
  step->result = s->slot[node];
  step->operand = (uint16_t)operand;
}

// -- Single nodes ----------------------------------------------------------------------

/// The store of the list that the function of `node` can do itself, or −1.
static int store_of_function(const struct scheduler *s, int node) {
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

static void write_function(struct scheduler *s, int node) {
  const struct tile_node *n = &s->nodes[node];
  uint16_t sources[3];
  sources_of(n, sources);
  const int store = store_of_function(s, node);
  if (store >= 0) {
    point(s, node, s->nodes[store].instruction.operand);
    s->written[store] = 1;
  }
  release_sources(s, node);
  if (store < 0) s->slot[node] = take_slot(s, node);
  struct tile_step *step = append(s, TILE_FUNCTION);
  step->operation = (uint8_t)n->instruction.operation;
  step->immediate = n->instruction.immediate;
  step->shape = n->shape;
  step->result = s->slot[node];
  for (int k = 0; k < tile_arity(n->instruction.operation); k++) {
    step->sources[k] = s->slot[sources[k]];
    step->shapes[k] = s->nodes[sources[k]].shape;
  }
}

static void write_source(struct scheduler *s, int node) {
  const struct tile_node *n = &s->nodes[node];
  const int operation = n->instruction.operation;
  // A late store reads after other late stores have written: what it stores must be a copy.
  if (operation == OUROBOROS_LOAD && n->shape == TILE_MATRIX
      && contiguous(s->builder, n->instruction.operand)
      && !(s->last_use[node] == LAST && s->builder->stored[n->instruction.operand])) {
    point(s, node, n->instruction.operand);
    return;
  }
  s->slot[node] = take_slot(s, node);
  struct tile_step *step = append(
      s, operation == OUROBOROS_LOAD ? TILE_LOAD : operation == OUROBOROS_INDEX ? TILE_POSITION : TILE_FILL);
  step->shape = n->shape;
  step->result = s->slot[node];
  step->operand = n->instruction.operand;
  step->immediate = n->instruction.immediate;
}

static int new_reduction(struct scheduler *s, struct tile_reduction reduction) {
  s->reductions[s->reduction_count] = reduction;
  return s->reduction_count++;
}

static void write_row_reduction(struct scheduler *s, int node) {
  const ouroboros_tile_instruction *in = &s->nodes[node].instruction;
  const int maximum = in->operation == OUROBOROS_ROW_MAXIMUM;
  struct tile_step *step;
  if (s->program->whole_rows) {
    s->slot[node] = take_slot(s, node);
    step = append(s, maximum ? TILE_ROW_MAXIMUM : TILE_ROW_SUM);
    step->result = s->slot[node];
    step->immediate = in->immediate;
  } else {
    s->reduction[node] = (int16_t)new_reduction(
        s, (struct tile_reduction){.operand = -1, .maximum = (uint8_t)maximum, .scale = in->immediate});
    step = append(s, TILE_PART_OF_ROW);
    step->operand = (uint16_t)s->reduction[node];
  }
  step->shape = s->nodes[in->a].shape;
  step->sources[0] = s->slot[in->a];
  release_sources(s, node);
}

static void write_sink(struct scheduler *s, int node) {
  const ouroboros_tile_instruction *in = &s->nodes[node].instruction;
  const struct tile_node *value = &s->nodes[in->a];
  const int64_t *strides = s->builder->operands[in->operand].strides;
  if (s->written[node]) {
    release_sources(s, node);
    return;
  }
  const int store = in->operation == OUROBOROS_STORE;
  struct tile_step *step = append(s, store ? TILE_STORE : TILE_REDUCE);
  step->shape = value->shape;
  step->sources[0] = s->slot[in->a];
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

static void write_node(struct scheduler *s, int node) {
  const int operation = s->nodes[node].instruction.operation;
  if (is_function(operation)) write_function(s, node);
  else if (is_reduction_of_rows(operation)) write_row_reduction(s, node);
  else if (tile_is_sink(operation)) write_sink(s, node);
  else write_source(s, node);
}

// -- Lists -----------------------------------------------------------------------------

/// The included nodes in order; stores into operands that are also loaded come last.
static struct tile_range write_list(struct scheduler *s) {
  const struct tile_builder *b = s->builder;
  struct tile_range range = {s->count, s->count};
  memset(s->written, 0, sizeof s->written);
  for (int i = 0; i < b->node_count; i++) s->last_use[i] = -1;
  for (int i = 0; i < b->node_count; i++) {
    if (!s->include[i]) continue;
    const ouroboros_tile_instruction *in = &s->nodes[i].instruction;
    uint16_t sources[3];
    sources_of(&s->nodes[i], sources);
    const int late = in->operation == OUROBOROS_STORE && b->loaded[in->operand];
    for (int k = 0; k < tile_arity(in->operation); k++)
      if (s->last_use[sources[k]] < i || late) s->last_use[sources[k]] = late ? LAST : (int16_t)i;
  }
  for (int late = 0; late < 2; late++)
    for (int i = 0; i < b->node_count; i++) {
      const ouroboros_tile_instruction *in = &s->nodes[i].instruction;
      if (s->include[i] && late == (in->operation == OUROBOROS_STORE && b->loaded[in->operand]))
        write_node(s, i);
    }
  // What no list uses again is free; hoisted values stay.
  memset(s->busy, 0, sizeof s->busy);
  for (int i = 0; i < b->node_count; i++)
    if (s->hoisted[i] && (s->slot[i] & KIND) == BUFFER) s->busy[s->slot[i]] = 1;
  range.last = s->count;
  return range;
}

/// Marks what `include` needs, directly or not, among the nodes that `among` allows (bit 1).
static void include_needed(struct scheduler *s, const uint8_t *among) {
  for (int i = s->builder->node_count - 1; i >= 0; i--) {
    if (!s->include[i]) continue;
    uint16_t sources[3];
    sources_of(&s->nodes[i], sources);
    for (int k = 0; k < tile_arity(s->nodes[i].instruction.operation); k++)
      if (among[sources[k]]) s->include[sources[k]] = 1;
  }
}

/// Everything that a sink needs; the rest is dead.
static void mark_live(struct scheduler *s, uint8_t *live) {
  uint8_t all[TILE_INSTRUCTIONS];
  memset(all, 1, sizeof all);
  for (int i = 0; i < s->builder->node_count; i++)
    s->include[i] = (uint8_t)tile_is_sink(s->nodes[i].instruction.operation);
  include_needed(s, all);
  memcpy(live, s->include, sizeof all);
}

static void write_outer(struct scheduler *s, const uint8_t *live) {
  for (int i = 0; i < s->builder->node_count; i++) {
    s->hoisted[i] = live[i] && !(s->nodes[i].shape & TILE_ROWS)
        && !tile_is_sink(s->nodes[i].instruction.operation);
    s->include[i] = s->hoisted[i];
  }
  s->program->outer = write_list(s);
}

static void write_whole(struct scheduler *s, const uint8_t *live, struct tile_phase *phases) {
  for (int i = 0; i < s->builder->node_count; i++) s->include[i] = live[i] && !s->hoisted[i];
  phases[0] = (struct tile_phase){.blocks = write_list(s)};
}

/// Whether a sink or reduction works on blocks rather than on numbers of rows.
static int on_blocks(const struct scheduler *s, int node) {
  const ouroboros_tile_instruction *in = &s->nodes[node].instruction;
  if (s->nodes[in->a].shape & TILE_COLUMNS) return 1;
  return in->operation == OUROBOROS_STORE
      && s->builder->operands[in->operand].strides[OUROBOROS_COLUMN] != 0;
}

/// Includes the sinks and reductions of rows of a phase, on blocks or on rows, and what they need.
static void include_phase(struct scheduler *s, const uint8_t *live, int phase) {
  uint8_t blocks[TILE_INSTRUCTIONS];
  for (int i = 0; i < s->builder->node_count; i++) {
    const int operation = s->nodes[i].instruction.operation;
    const int ends = tile_is_sink(operation) || is_reduction_of_rows(operation);
    blocks[i] = !ends && !s->hoisted[i] && (s->nodes[i].shape & TILE_COLUMNS);
    s->include[i] = live[i] && ends && s->phase[i] == phase && on_blocks(s, i);
  }
  include_needed(s, blocks);
}

/// The phase of each sink and reduction: when its value can be had; an update in place waits for the
/// last phase that reads the operand.
static void assign_phases(struct scheduler *s, const uint8_t *live, int phases) {
  for (int i = 0; i < s->builder->node_count; i++) {
    const struct tile_node *node = &s->nodes[i];
    s->phase[i] = (int16_t)(is_reduction_of_rows(node->instruction.operation) ? node->level - 1
                                                                              : node->level);
  }
  for (int phase = phases - 1; phase > 0; phase--) {
    include_phase(s, live, phase);
    for (int i = 0; i < s->builder->node_count; i++) {
      const ouroboros_tile_instruction *load = &s->nodes[i].instruction;
      if (!s->include[i] || load->operation != OUROBOROS_LOAD) continue;
      for (int j = 0; j < s->builder->node_count; j++) {
        const ouroboros_tile_instruction *store = &s->nodes[j].instruction;
        if (store->operation == OUROBOROS_STORE && store->operand == load->operand
            && s->phase[j] < phase) {
          s->phase[j] = (int16_t)phase;
          include_phase(s, live, phase);
          i = -1;  // the store brings loads of its own
          break;
        }
      }
      if (i < 0) continue;
    }
  }
}

static void write_cut(struct scheduler *s, const uint8_t *live, struct tile_phase *phases, int count) {
  assign_phases(s, live, count);
  for (int phase = 0; phase < count; phase++) {
    const int first = s->count;
    for (int i = 0; i < s->builder->node_count; i++) {
      const struct tile_node *node = &s->nodes[i];
      if (!live[i] || node->level != phase || !is_reduction_of_rows(node->instruction.operation))
        continue;
      s->slot[i] = take_slot(s, i);
      struct tile_step *step = append(s, TILE_ROW_DONE);
      step->result = s->slot[i];
      step->operand = (uint16_t)s->reduction[i];
    }
    for (int i = 0; i < s->builder->node_count; i++) {
      const struct tile_node *node = &s->nodes[i];
      const int operation = node->instruction.operation;
      const int sink = tile_is_sink(operation);
      s->include[i] = live[i] && !s->hoisted[i] && !is_reduction_of_rows(operation)
          && (sink ? s->phase[i] == phase && !on_blocks(s, i)
                   : node->level == phase && !(node->shape & TILE_COLUMNS));
    }
    phases[phase].rows = write_list(s);
    phases[phase].rows.first = first;
    include_phase(s, live, phase);
    phases[phase].blocks = write_list(s);
  }
}

/// Slots of the three kinds one after the other.
static void number_slots(struct scheduler *s) {
  const int written = s->count < s->capacity ? s->count : s->capacity;
  for (int i = 0; i < written; i++) {
    uint16_t *slots[4] = {&s->steps[i].result, &s->steps[i].sources[0], &s->steps[i].sources[1],
                          &s->steps[i].sources[2]};
    for (int k = 0; k < 4; k++) {
      const int kind = *slots[k] & KIND, index = *slots[k] & ~KIND;
      *slots[k] = (uint16_t)(index + (kind == BUFFER ? 0 : s->buffers)
                             + (kind == POINTER ? s->smalls : 0));
    }
  }
}

size_t tile_layout(struct ouroboros_tile_program *program, int phases, int reductions) {
  program->phases = (int32_t)sizeof *program;
  program->reductions = program->phases + phases * (int32_t)sizeof(struct tile_phase);
  program->steps = program->reductions + reductions * (int32_t)sizeof(struct tile_reduction);
  return (size_t)program->steps;
}

int tile_schedule(const struct tile_builder *b, struct ouroboros_tile_program *program, size_t size) {
  struct scheduler s = {.builder = b, .nodes = b->nodes, .program = program};
  int phases = 1, reductions = 0;
  for (int i = 0; i < b->node_count; i++) {
    const int operation = b->nodes[i].instruction.operation;
    if (b->nodes[i].level >= phases) phases = b->nodes[i].level + 1;
    if (is_reduction_of_rows(operation) || operation > OUROBOROS_STORE) reductions++;
  }
  if (program->whole_rows) phases = 1;
  const size_t used = tile_layout(program, phases, reductions);
  if (used + sizeof(struct tile_step) > size) return -1;
  s.reductions = (struct tile_reduction *)((char *)program + program->reductions);
  s.steps = (struct tile_step *)((char *)program + program->steps);
  s.capacity = (int)((size - used) / sizeof(struct tile_step));
  struct tile_phase *list = (struct tile_phase *)((char *)program + program->phases);
  uint8_t live[TILE_INSTRUCTIONS];
  mark_live(&s, live);
  write_outer(&s, live);
  if (program->whole_rows) write_whole(&s, live, list);
  else write_cut(&s, live, list, phases);
  number_slots(&s);
  program->phase_count = phases;
  program->reduction_count = s.reduction_count;
  program->buffer_count = s.buffers;
  program->small_count = s.smalls;
  program->slot_count = s.buffers + s.smalls + s.pointers;
  return s.count <= s.capacity ? 0 : -1;
}
