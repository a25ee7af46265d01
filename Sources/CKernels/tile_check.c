// Which descriptions of tile programs are valid.
#include "tile_program.h"

int tile_arity(int operation) {
  if (operation < 0 || operation >= OUROBOROS_TILE_OPERATIONS) return -1;
  if (operation <= OUROBOROS_INDEX) return 0;
  if (operation <= OUROBOROS_IS_NAN) return 1;
  if (operation <= OUROBOROS_LEAKY_RELU_MASK) return 2;
  if (operation <= OUROBOROS_MULTIPLY_ADD) return 3;
  return 1;
}

int tile_is_sink(int operation) { return operation >= OUROBOROS_STORE; }

static int reduces(int operation) {
  return operation == OUROBOROS_SUM_INTO || operation == OUROBOROS_MAXIMUM_INTO;
}

/// Dimensions along which an operand varies.
static unsigned varies_of(const ouroboros_tile_description *d, int operand) {
  unsigned mask = 0;
  for (int i = 0; i < 5; i++)
    if (d->extents[i] > 1 && d->operands[operand].strides[i] != 0) mask |= 1u << i;
  return mask;
}

static unsigned wide_dimensions(const ouroboros_tile_description *d) {
  unsigned mask = 0;
  for (int i = 0; i < 5; i++) mask |= (d->extents[i] > 1 ? 1u : 0u) << i;
  return mask;
}

static int check_counts(const ouroboros_tile_description *d, int32_t *where) {
  for (int i = 0; i < 5; i++) {
    *where = i;
    if (d->extents[i] < 1) return OUROBOROS_TILE_BAD_EXTENT;
  }
  *where = 0;
  if (d->instruction_count < 1 || d->instruction_count > OUROBOROS_TILE_INSTRUCTIONS_MAXIMUM
      || d->operand_count < 0 || d->operand_count > OUROBOROS_TILE_OPERANDS_MAXIMUM)
    return OUROBOROS_TILE_BAD_COUNT;
  for (int k = 0; k < d->operand_count; k++) {
    *where = k;
    if (d->operands[k].type < OUROBOROS_F32 || d->operands[k].type > OUROBOROS_BF16)
      return OUROBOROS_TILE_BAD_TYPE;
  }
  return OUROBOROS_TILE_VALID;
}

/// One instruction by itself.
static int check_instruction(const ouroboros_tile_description *d, int index) {
  const ouroboros_tile_instruction *in = &d->instructions[index];
  const int arity = tile_arity(in->operation);
  if (arity < 0) return OUROBOROS_TILE_BAD_OPERATION;
  const uint16_t sources[3] = {in->a, in->b, in->c};
  for (int k = 0; k < arity; k++)
    if (sources[k] >= index || tile_is_sink(d->instructions[sources[k]].operation))
      return OUROBOROS_TILE_BAD_VALUE;
  if (in->operation == OUROBOROS_INDEX) {
    if (in->operand >= OUROBOROS_TILE_DIMENSIONS) return OUROBOROS_TILE_BAD_OPERAND;
  } else if (in->operation == OUROBOROS_LOAD || tile_is_sink(in->operation)) {
    if (in->operand >= d->operand_count) return OUROBOROS_TILE_BAD_OPERAND;
    if (reduces(in->operation) && d->operands[in->operand].type != OUROBOROS_F32)
      return OUROBOROS_TILE_BAD_TYPE;
  }
  return OUROBOROS_TILE_VALID;
}

/// Dimensions that an operand has must not return after one that it lacks, unless it has the row.
static int reducible(const ouroboros_tile_description *d, int operand) {
  const unsigned wide = wide_dimensions(d), kept = varies_of(d, operand);
  const unsigned outer = 1u << OUROBOROS_OUTER_0 | 1u << OUROBOROS_OUTER_1 | 1u << OUROBOROS_OUTER_2;
  const unsigned reduced = wide & ~kept & outer;
  if (kept & 1u << OUROBOROS_ROW) return reduced == 0;
  int seen = 0;
  for (int i = 0; i < 3; i++) {
    if (reduced >> i & 1) seen = 1;
    if (seen && (kept >> i & 1)) return 0;
  }
  return 1;
}

int tile_check(const ouroboros_tile_description *d, int32_t *where) {
  int fault = check_counts(d, where);
  if (fault != OUROBOROS_TILE_VALID) return fault;
  unsigned varies[OUROBOROS_TILE_INSTRUCTIONS_MAXIMUM];
  uint8_t loads[OUROBOROS_TILE_OPERANDS_MAXIMUM] = {0}, writes[OUROBOROS_TILE_OPERANDS_MAXIMUM] = {0};
  uint8_t reductions[OUROBOROS_TILE_OPERANDS_MAXIMUM] = {0};
  for (int i = 0; i < d->instruction_count; i++) {
    const ouroboros_tile_instruction *in = &d->instructions[i];
    *where = i;
    fault = check_instruction(d, i);
    if (fault != OUROBOROS_TILE_VALID) return fault;
    const uint16_t sources[3] = {in->a, in->b, in->c};
    varies[i] = 0;
    for (int k = 0; k < tile_arity(in->operation); k++) varies[i] |= varies[sources[k]];
    if (in->operation == OUROBOROS_LOAD) {
      varies[i] = varies_of(d, in->operand);
      loads[in->operand] = 1;
    } else if (in->operation == OUROBOROS_INDEX) {
      varies[i] = (1u << in->operand) & wide_dimensions(d);
    } else if (in->operation == OUROBOROS_ROW_SUM || in->operation == OUROBOROS_ROW_MAXIMUM) {
      varies[i] &= ~(1u << OUROBOROS_COLUMN);
    } else if (in->operation == OUROBOROS_STORE) {
      if (varies[i] & ~varies_of(d, in->operand)) return OUROBOROS_TILE_BAD_STORE;
      writes[in->operand]++;
    } else if (reduces(in->operation)) {
      if (!reducible(d, in->operand)) return OUROBOROS_TILE_BAD_REDUCTION;
      writes[in->operand]++;
      reductions[in->operand] = 1;
    }
  }
  for (int k = 0; k < d->operand_count; k++) {
    *where = k;
    const int update = loads[k] && writes[k];
    if (writes[k] > 1 || (update && reductions[k])
        || (update && varies_of(d, k) != wide_dimensions(d)))
      return OUROBOROS_TILE_BAD_UPDATE;
  }
  return OUROBOROS_TILE_VALID;
}
