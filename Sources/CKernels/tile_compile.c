// Compilation of tile programs: blocks and memory.
#include <string.h>

#include "tile_program.h"

enum {
  CACHE_FLOATS = 8192,         // of the first-level cache, for the buffers and two operands
  BLOCK_MINIMUM = 512,
  BLOCK_MAXIMUM = 4096,
  TRANSPOSED_COLUMNS = 1024,   // up to which blocks have 16 rows if an operand is transposed
  WHOLE_ROW_FLOATS = 16384,    // up to which recomputing costs more than the second-level cache
};

static int64_t round_up(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }

size_t ouroboros_tile_size(const ouroboros_tile_description *d) {
  if (d->instruction_count < 1 || d->instruction_count > OUROBOROS_TILE_INSTRUCTIONS_MAXIMUM)
    return sizeof(struct ouroboros_tile_program);
  size_t reductions = 0;
  for (int i = 0; i < d->instruction_count; i++) {
    const int operation = d->instructions[i].operation;
    reductions += operation == OUROBOROS_ROW_SUM || operation == OUROBOROS_ROW_MAXIMUM;
    reductions += operation > OUROBOROS_STORE;
  }
  const size_t nodes = (size_t)d->instruction_count + 4 * reductions;
  return sizeof(struct ouroboros_tile_program)
      + (reductions + 1) * (sizeof(struct tile_phase) + sizeof(struct tile_reduction))
      + (2 * nodes * (reductions + 2) + 1) * sizeof(struct tile_step);
}

/// Whether blocks of an operand lie with the rows innermost.
static int any_transposed(const struct tile_builder *b) {
  for (int k = 0; k < b->operand_count; k++) {
    const int64_t *strides = b->operands[k].strides;
    if (strides[OUROBOROS_ROW] == 1 && strides[OUROBOROS_COLUMN] > 1) return 1;
  }
  return 0;
}

/// Decides on the blocks and writes the steps. Whether a value needs a buffer depends on whether
/// blocks have several rows, and how many rows fit depends on the number of buffers.
static int choose_blocks(struct tile_builder *b, struct ouroboros_tile_program *program, size_t size) {
  const int64_t rows = b->extents[OUROBOROS_ROW], columns = b->extents[OUROBOROS_COLUMN];
  program->whole_rows = 1;
  tile_assign_shapes(b, rows == 1);
  if (tile_schedule(b, program, size) != 0) return -1;
  int64_t floats = CACHE_FLOATS / (program->buffer_count + 2);
  if (floats < BLOCK_MINIMUM) floats = BLOCK_MINIMUM;
  if (floats > BLOCK_MAXIMUM) floats = BLOCK_MAXIMUM;
  // Transposing takes 16 rows at a time.
  if (any_transposed(b) && columns <= TRANSPOSED_COLUMNS && floats < 16 * columns)
    floats = 16 * columns;
  int64_t block_rows = floats / columns;
  if (block_rows > 16) block_rows -= block_rows % 16;  // rows are reduced 16 at a time
  program->block_rows = block_rows < rows ? block_rows : rows;
  program->block_columns = columns;
  if (rows > 1 && program->block_rows > 1) return 0;
  program->block_rows = 1;
  tile_assign_shapes(b, 1);
  int phases = 1;
  for (int i = 0; i < b->node_count; i++)
    if (b->nodes[i].level >= phases) phases = b->nodes[i].level + 1;
  const int64_t whole = phases == 1 ? floats : WHOLE_ROW_FLOATS / (program->buffer_count + 2);
  program->whole_rows = columns <= whole && columns <= BLOCK_MAXIMUM;
  if (!program->whole_rows) {
    const int64_t pieces = (columns + floats - 1) / floats;
    program->block_columns = round_up((columns + pieces - 1) / pieces, 64);
  }
  return tile_schedule(b, program, size);
}

/// Offsets in scratch: slots, states, arrays of the reductions, buffers.
static void place_memory(const struct tile_builder *b, struct ouroboros_tile_program *program) {
  struct tile_reduction *reductions =
      (struct tile_reduction *)((char *)program + program->reductions);
  const int64_t columns = round_up(b->extents[OUROBOROS_COLUMN], 16);
  int64_t at = round_up(program->slot_count * (int64_t)sizeof(float *), 64);
  program->states = at;
  at += round_up(program->reduction_count * (int64_t)sizeof(struct tile_state), 64);
  for (int i = 0; i < program->reduction_count; i++) {
    if (!reductions[i].columns) continue;
    reductions[i].sums = at;
    at += columns * (int64_t)sizeof(float);
    reductions[i].totals = at;
    at += reductions[i].maximum ? 0 : columns * (int64_t)sizeof(double);
  }
  program->buffers = at;
  // Not a multiple of the page, so that buffers do not compete for the same cache lines.
  program->buffer_floats = round_up(program->block_rows * program->block_columns, 16) + 64;
  program->small_floats = b->one_row ? 16 : round_up(program->block_rows, 16);
  at += (program->buffer_count * program->buffer_floats
         + program->small_count * program->small_floats) * (int64_t)sizeof(float);
  program->scratch = at;
}

int ouroboros_tile_compile(
    const ouroboros_tile_description *d, ouroboros_tile_program *program, size_t size,
    int32_t *where) {
  const int fault = tile_check(d, where);
  if (fault != OUROBOROS_TILE_VALID) return fault;
  *where = 0;
  if (size < ouroboros_tile_size(d)) return OUROBOROS_TILE_TOO_LARGE;
  struct tile_builder builder;
  memset(program, 0, sizeof *program);
  tile_lower(d, &builder);
  if (choose_blocks(&builder, program, size) != 0) return OUROBOROS_TILE_TOO_LARGE;
  place_memory(&builder, program);
  memcpy(program->extents, builder.extents, sizeof builder.extents);
  memcpy(program->operands, builder.operands,
         (size_t)builder.operand_count * sizeof builder.operands[0]);
  program->operand_count = builder.operand_count;
  return OUROBOROS_TILE_VALID;
}

size_t ouroboros_tile_scratch(const ouroboros_tile_program *program) {
  return (size_t)program->scratch;
}
