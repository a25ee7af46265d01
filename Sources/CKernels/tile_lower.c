// From the description of a tile program to simple instructions on merged dimensions.
#include <string.h>

#include "tile_program.h"

enum { ROW_BIT = 1 << OUROBOROS_ROW, COLUMN_BIT = 1 << OUROBOROS_COLUMN };

static unsigned varies_of(const struct tile_builder *b, int operand) {
  unsigned mask = 0;
  for (int i = 0; i < 5; i++) mask |= (b->operands[operand].strides[i] != 0 ? 1u : 0u) << i;
  return mask;
}

static uint16_t append(struct tile_builder *b, ouroboros_tile_instruction in) {
  struct tile_node *node = &b->nodes[b->node_count];
  const uint16_t sources[3] = {in.a, in.b, in.c};
  node->instruction = in;
  node->varies = 0;
  for (int k = 0; k < tile_arity(in.operation); k++) node->varies |= b->nodes[sources[k]].varies;
  if (in.operation == OUROBOROS_LOAD) node->varies = (uint8_t)varies_of(b, in.operand);
  if (in.operation == OUROBOROS_INDEX) node->varies = (uint8_t)(1u << in.operand);
  if (in.operation == OUROBOROS_ROW_SUM || in.operation == OUROBOROS_ROW_MAXIMUM)
    node->varies &= (uint8_t)~COLUMN_BIT;
  return (uint16_t)b->node_count++;
}

static uint16_t append_constant(struct tile_builder *b, float value) {
  return append(b, (ouroboros_tile_instruction){.operation = OUROBOROS_CONSTANT, .immediate = value});
}

static uint16_t append_binary(struct tile_builder *b, int operation, uint16_t x, uint16_t y) {
  return append(b, (ouroboros_tile_instruction){.operation = (uint16_t)operation, .a = x, .b = y});
}

/// A reduction along the columns; a value that does not vary along them counts once.
static uint16_t append_row_reduction(struct tile_builder *b, ouroboros_tile_instruction in) {
  if (b->nodes[in.a].varies & COLUMN_BIT) return append(b, in);
  if (in.operation == OUROBOROS_ROW_MAXIMUM) return in.a;
  return append_binary(b, OUROBOROS_MULTIPLY, in.a, append_constant(b, in.immediate));
}

/// A reduction into an operand that keeps the rows is a reduction along the columns and a store.
static void append_reduction(struct tile_builder *b, ouroboros_tile_instruction in) {
  const unsigned kept = varies_of(b, in.operand);
  const int sum = in.operation == OUROBOROS_SUM_INTO;
  if (kept & ROW_BIT) {
    uint16_t value = in.a;
    if (!(kept & COLUMN_BIT)) {
      in.operation = sum ? OUROBOROS_ROW_SUM : OUROBOROS_ROW_MAXIMUM;
      value = append_row_reduction(b, in);
    } else if (sum && in.immediate != 1) {
      value = append_binary(b, OUROBOROS_MULTIPLY, in.a, append_constant(b, in.immediate));
    }
    in.operation = OUROBOROS_STORE;
    in.a = value;
  } else if ((kept & COLUMN_BIT) && !(b->nodes[in.a].varies & COLUMN_BIT)) {
    // Spread along the columns: value + 0·position.
    const uint16_t position = append(
        b, (ouroboros_tile_instruction){.operation = OUROBOROS_INDEX, .operand = OUROBOROS_COLUMN});
    const uint16_t zero = append_binary(b, OUROBOROS_MULTIPLY, position, append_constant(b, 0));
    in.a = append_binary(b, OUROBOROS_ADD, in.a, zero);
  }
  append(b, in);
}

/// Loads of operands that are updated in place come first; everything else keeps its order.
static void append_instructions(struct tile_builder *b) {
  uint16_t place[OUROBOROS_TILE_INSTRUCTIONS_MAXIMUM];
  for (int pass = 0; pass < 2; pass++) {
    for (int i = 0; i < b->source_count; i++) {
      ouroboros_tile_instruction in = b->source[i];
      const int early = in.operation == OUROBOROS_LOAD && b->stored[in.operand];
      if (early != (pass == 0)) continue;
      const int arity = tile_arity(in.operation);
      if (arity > 0) in.a = place[in.a];
      if (arity > 1) in.b = place[in.b];
      if (arity > 2) in.c = place[in.c];
      if (in.operation == OUROBOROS_ROW_SUM || in.operation == OUROBOROS_ROW_MAXIMUM) {
        place[i] = append_row_reduction(b, in);
      } else if (in.operation == OUROBOROS_SUM_INTO || in.operation == OUROBOROS_MAXIMUM_INTO) {
        append_reduction(b, in);
      } else {
        place[i] = append(b, in);
      }
    }
  }
}

static int has_operation(const struct tile_builder *b, int operation, int dimension) {
  for (int i = 0; i < b->source_count; i++) {
    const ouroboros_tile_instruction *in = &b->source[i];
    if (in->operation == operation && (dimension < 0 || in->operand == dimension)) return 1;
  }
  return 0;
}

/// Whether dimension `outer` of every operand continues dimension `inner`.
static int mergeable(const struct tile_builder *b, int outer, int inner) {
  if (has_operation(b, OUROBOROS_INDEX, outer) || has_operation(b, OUROBOROS_INDEX, inner)) return 0;
  for (int k = 0; k < b->operand_count; k++) {
    const int64_t *strides = b->operands[k].strides;
    if (strides[outer] != strides[inner] * b->extents[inner]) return 0;
  }
  return 1;
}

/// Moves dimension `from` to `to`, leaving an extent of 1.
static void move_dimension(struct tile_builder *b, int from, int to) {
  b->extents[to] = b->extents[from];
  b->extents[from] = 1;
  for (int k = 0; k < b->operand_count; k++) {
    b->operands[k].strides[to] = b->operands[k].strides[from];
    b->operands[k].strides[from] = 0;
  }
  for (int i = 0; i < b->source_count; i++) {
    ouroboros_tile_instruction *in = &b->source[i];
    if (in->operation == OUROBOROS_INDEX && in->operand == from) in->operand = (uint16_t)to;
  }
}

static void absorb(struct tile_builder *b, int outer, int inner) {
  b->extents[inner] *= b->extents[outer];
  b->extents[outer] = 1;
  for (int k = 0; k < b->operand_count; k++) b->operands[k].strides[outer] = 0;
}

/// Merges dimensions from the inside outwards; those of extent 1 go outermost. The columns stay by
/// themselves where rows are reduced.
static void merge_dimensions(struct tile_builder *b) {
  const int reduced = has_operation(b, OUROBOROS_ROW_SUM, -1)
      || has_operation(b, OUROBOROS_ROW_MAXIMUM, -1);
  int inner = reduced ? OUROBOROS_ROW : OUROBOROS_COLUMN;
  for (int outer = inner - 1; outer >= 0; outer--) {
    if (b->extents[outer] == 1) continue;
    if (b->extents[inner] == 1) {
      move_dimension(b, outer, inner);
    } else if (mergeable(b, outer, inner)) {
      absorb(b, outer, inner);
    } else {
      inner--;
      if (inner != outer) move_dimension(b, outer, inner);
    }
  }
}

void tile_lower(const ouroboros_tile_description *d, struct tile_builder *b) {
  memcpy(b->extents, d->extents, sizeof b->extents);
  b->operand_count = d->operand_count;
  b->source_count = d->instruction_count;
  b->node_count = 0;
  memset(b->stored, 0, sizeof b->stored);
  memset(b->loaded, 0, sizeof b->loaded);
  for (int k = 0; k < d->operand_count; k++) {
    b->operands[k] = d->operands[k];
    for (int i = 0; i < 5; i++)
      if (d->extents[i] == 1) b->operands[k].strides[i] = 0;
  }
  for (int i = 0; i < d->instruction_count; i++) {
    ouroboros_tile_instruction in = d->instructions[i];
    if (in.operation == OUROBOROS_LOAD) b->loaded[in.operand] = 1;
    if (in.operation == OUROBOROS_STORE) b->stored[in.operand] = 1;
    if (in.operation == OUROBOROS_INDEX && d->extents[in.operand] == 1)
      in = (ouroboros_tile_instruction){.operation = OUROBOROS_CONSTANT};
    b->source[i] = in;
  }
  merge_dimensions(b);
  append_instructions(b);
}

void tile_assign_shapes(struct tile_builder *b, int one_row) {
  b->one_row = one_row;
  for (int i = 0; i < b->node_count; i++) {
    struct tile_node *node = &b->nodes[i];
    const ouroboros_tile_instruction *in = &node->instruction;
    const uint16_t sources[3] = {in->a, in->b, in->c};
    node->shape = 0;
    node->level = 0;
    for (int k = 0; k < tile_arity(in->operation); k++) {
      const struct tile_node *source = &b->nodes[sources[k]];
      node->shape |= source->shape;
      if (source->level > node->level) node->level = source->level;
    }
    if (in->operation == OUROBOROS_LOAD || in->operation == OUROBOROS_INDEX) {
      node->shape = (uint8_t)((node->varies & ROW_BIT ? TILE_ROWS : 0)
                              | (node->varies & COLUMN_BIT ? TILE_COLUMNS : 0));
      if (one_row && (node->varies & COLUMN_BIT)) node->shape = TILE_MATRIX;
    } else if (in->operation == OUROBOROS_ROW_SUM || in->operation == OUROBOROS_ROW_MAXIMUM) {
      node->shape = TILE_ROWS;
      node->level++;
    }
  }
}
