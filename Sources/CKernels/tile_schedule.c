// The steps of a tile program: what is computed once for each index of the outer dimensions, for each
// block of rows and for each block, in which buffers.
#include <string.h>

#include "tile_scheduler.h"

/// The included nodes in order; stores into operands that are also loaded come last.
static struct tile_range write_list(struct tile_scheduler *s) {
  const struct tile_builder *b = s->builder;
  struct tile_range range = {s->count, s->count};
  memset(s->written, 0, sizeof s->written);
  for (int i = 0; i < b->node_count; i++) s->last_use[i] = -1;
  for (int i = 0; i < b->node_count; i++) {
    if (!s->include[i] || s->fused[i]) continue;
    const ouroboros_tile_instruction *in = &s->nodes[i].instruction;
    uint16_t sources[3];
    const int count = tile_sources(s, i, sources);
    const int late = in->operation == OUROBOROS_STORE && b->loaded[in->operand];
    for (int k = 0; k < count; k++)
      if (s->last_use[sources[k]] < i || late) s->last_use[sources[k]] = late ? TILE_LAST : (int16_t)i;
  }
  for (int late = 0; late < 2; late++)
    for (int i = 0; i < b->node_count; i++) {
      const ouroboros_tile_instruction *in = &s->nodes[i].instruction;
      if (s->include[i] && !s->fused[i] && late == (in->operation == OUROBOROS_STORE && b->loaded[in->operand]))
        tile_write_node(s, i);
    }
  // What no list uses again is free; hoisted values stay.
  memset(s->busy, 0, sizeof s->busy);
  for (int i = 0; i < b->node_count; i++)
    if (s->hoisted[i] && (s->slot[i] & TILE_KIND) == TILE_BUFFER) s->busy[s->slot[i]] = 1;
  range.last = s->count;
  return range;
}

/// Marks what `include` needs, directly or not, among the nodes that `among` allows (bit 1).
static void include_needed(struct tile_scheduler *s, const uint8_t *among) {
  for (int i = s->builder->node_count - 1; i >= 0; i--) {
    if (!s->include[i]) continue;
    uint16_t sources[3];
    const int count = tile_sources(s, i, sources);
    for (int k = 0; k < count; k++)
      if (among[sources[k]]) s->include[sources[k]] = 1;
  }
}

/// Everything that a sink needs; the rest is dead.
static void mark_live(struct tile_scheduler *s, uint8_t *live) {
  uint8_t all[TILE_INSTRUCTIONS];
  memset(all, 1, sizeof all);
  for (int i = 0; i < s->builder->node_count; i++)
    s->include[i] = (uint8_t)tile_is_sink(s->nodes[i].instruction.operation);
  include_needed(s, all);
  memcpy(live, s->include, sizeof all);
}

/// Products of two blocks that only one sum uses need no memory of their own.
static void fuse_products(struct tile_scheduler *s, const uint8_t *live) {
  int uses[TILE_INSTRUCTIONS] = {0};
  const struct tile_builder *b = s->builder;
  for (int i = 0; i < b->node_count; i++) {
    const ouroboros_tile_instruction *in = &s->nodes[i].instruction;
    const uint16_t sources[3] = {in->a, in->b, in->c};
    const int sums = in->operation == OUROBOROS_ROW_SUM || in->operation == OUROBOROS_SUM_INTO;
    for (int k = 0; live[i] && k < tile_arity(in->operation); k++) uses[sources[k]] += sums ? 1 : 2;
  }
  for (int i = 0; i < b->node_count; i++) {
    const ouroboros_tile_instruction *in = &s->nodes[i].instruction;
    const int square = in->operation == OUROBOROS_SQUARE;
    s->fused[i] = uses[i] == 1 && s->nodes[i].shape == TILE_MATRIX
        && (square || in->operation == OUROBOROS_MULTIPLY)
        && (s->nodes[in->a].shape & TILE_COLUMNS)
        && (square || (s->nodes[in->b].shape & TILE_COLUMNS));
  }
}

static void write_outer(struct tile_scheduler *s, const uint8_t *live) {
  for (int i = 0; i < s->builder->node_count; i++) {
    s->hoisted[i] = live[i] && !(s->nodes[i].shape & TILE_ROWS)
        && !tile_is_sink(s->nodes[i].instruction.operation);
    s->include[i] = s->hoisted[i];
  }
  s->program->outer = write_list(s);
}

static void write_whole(struct tile_scheduler *s, const uint8_t *live, struct tile_phase *phases) {
  for (int i = 0; i < s->builder->node_count; i++) s->include[i] = live[i] && !s->hoisted[i];
  phases[0] = (struct tile_phase){.blocks = write_list(s)};
}

/// Whether a sink or reduction works on blocks rather than on numbers of rows.
static int on_blocks(const struct tile_scheduler *s, int node) {
  const ouroboros_tile_instruction *in = &s->nodes[node].instruction;
  if (s->nodes[in->a].shape & TILE_COLUMNS) return 1;
  return in->operation == OUROBOROS_STORE
      && s->builder->operands[in->operand].strides[OUROBOROS_COLUMN] != 0;
}

/// Includes the sinks and reductions of rows of a phase, on blocks or on rows, and what they need.
static void include_phase(struct tile_scheduler *s, const uint8_t *live, int phase) {
  uint8_t blocks[TILE_INSTRUCTIONS];
  for (int i = 0; i < s->builder->node_count; i++) {
    const int operation = s->nodes[i].instruction.operation;
    const int ends = tile_is_sink(operation) || tile_is_row_reduction(operation);
    blocks[i] = !ends && !s->hoisted[i] && (s->nodes[i].shape & TILE_COLUMNS);
    s->include[i] = live[i] && ends && s->phase[i] == phase && on_blocks(s, i);
  }
  include_needed(s, blocks);
}

/// The phase of each sink and reduction: when its value can be had; an update in place waits for the
/// last phase that reads the operand.
static void assign_phases(struct tile_scheduler *s, const uint8_t *live, int phases) {
  for (int i = 0; i < s->builder->node_count; i++) {
    const struct tile_node *node = &s->nodes[i];
    s->phase[i] = (int16_t)(tile_is_row_reduction(node->instruction.operation) ? node->level - 1
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
    }
  }
}

static void write_cut(struct tile_scheduler *s, const uint8_t *live, struct tile_phase *phases, int count) {
  assign_phases(s, live, count);
  for (int phase = 0; phase < count; phase++) {
    const int first = s->count;
    for (int i = 0; i < s->builder->node_count; i++) {
      const struct tile_node *node = &s->nodes[i];
      if (!live[i] || node->level != phase || !tile_is_row_reduction(node->instruction.operation))
        continue;
      s->slot[i] = tile_take_slot(s, i);
      struct tile_step *step = tile_append(s, TILE_ROW_DONE);
      step->result = s->slot[i];
      step->operand = (uint16_t)s->reduction[i];
    }
    for (int i = 0; i < s->builder->node_count; i++) {
      const struct tile_node *node = &s->nodes[i];
      const int operation = node->instruction.operation;
      const int sink = tile_is_sink(operation);
      s->include[i] = live[i] && !s->hoisted[i] && !tile_is_row_reduction(operation)
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
static void number_slots(struct tile_scheduler *s) {
  const int written = s->count < s->capacity ? s->count : s->capacity;
  for (int i = 0; i < written; i++) {
    uint16_t *slots[4] = {&s->steps[i].result, &s->steps[i].sources[0], &s->steps[i].sources[1],
                          &s->steps[i].sources[2]};
    for (int k = 0; k < 4; k++) {
      const int kind = *slots[k] & TILE_KIND, index = *slots[k] & ~TILE_KIND;
      *slots[k] = (uint16_t)(index + (kind == TILE_BUFFER ? 0 : s->buffers)
                             + (kind == TILE_POINTER ? s->smalls : 0));
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
  struct tile_scheduler s = {.builder = b, .nodes = b->nodes, .program = program};
  int phases = 1, reductions = 0;
  for (int i = 0; i < b->node_count; i++) {
    const int operation = b->nodes[i].instruction.operation;
    if (b->nodes[i].level >= phases) phases = b->nodes[i].level + 1;
    if (tile_is_row_reduction(operation) || operation > OUROBOROS_STORE) reductions++;
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
  fuse_products(&s, live);
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
