// Compiled tile programs and the steps of their compilation.
#ifndef TILE_PROGRAM_H
#define TILE_PROGRAM_H

#include "tile_kernels.h"

/// What an instruction does in a run.
enum tile_code {
  TILE_POINT,         // slot `result` points into `operand`
  TILE_LOAD,          // `operand` is copied into a buffer
  TILE_POSITION,      // positions along dimension `operand`
  TILE_FILL,          // `immediate` everywhere
  TILE_FUNCTION,      // elementwise `operation`
  TILE_ROW_SUM,       // of whole rows
  TILE_ROW_MAXIMUM,
  TILE_PART_OF_ROW,   // adds a piece of a row to `reduction`
  TILE_ROW_DONE,      // the value of `reduction` into `result`, and start anew
  TILE_STORE,
  TILE_REDUCE,        // into `reduction`
};

/// Which dimensions of a block a value fills.
enum { TILE_ROWS = 1, TILE_COLUMNS = 2, TILE_MATRIX = 3 };

struct tile_step {
  uint8_t code, operation;
  uint8_t shape;         // of the result; of the source for sinks
  uint8_t advancing;     // functions: bit k for sources that are as large as the result …
  uint8_t row_values;    // … and for those with one number for each row of it
  uint8_t product;       // sums: of the products of two sources
  uint8_t varies_rows;   // sinks: whether there is more than one row to take …
  uint8_t varies_columns;
  uint8_t outer_once;    // … and in which outer dimensions only index 0 counts (bit mask)
  uint16_t result, sources[3];  // slots
  uint16_t operand;      // index of an operand or a reduction, or a dimension
  float immediate;
};

/// How far a reduction has come.
struct tile_state {
  double total;
  float best;
  int64_t rows;  // in the Float sums of columns
};

/// A reduction that outlives a block: a total, one number a column, or a row in pieces.
struct tile_reduction {
  int32_t operand;       // −1 for a row in pieces
  uint8_t columns;       // one number a column
  uint8_t maximum;
  uint8_t outer;         // outer dimensions that are reduced (bit mask)
  float scale;
  int64_t sums, totals;  // offsets in scratch: floats, doubles
};

struct tile_range { int32_t first, last; };

/// Scratch: slots (pointers), states of the reductions, buffers. Slots from `small_slots` on hold
/// buffers of one block, then of one row of blocks (small), then pointers into operands.
struct ouroboros_tile_program {
  int64_t extents[5];
  int64_t block_rows, block_columns;
  int32_t whole_rows;      // rows are not cut
  int32_t operand_count, reduction_count, slot_count, buffer_count, small_count, phase_count;
  int64_t buffer_floats, small_floats;
  int64_t states, buffers, scratch;  // offsets in scratch, and its size
  struct tile_range outer;  // steps run for each index of the outer dimensions
  int32_t phases, reductions, steps;  // byte offsets in the program
  ouroboros_tile_operand operands[OUROBOROS_TILE_OPERANDS_MAXIMUM];
};

/// Steps that run for each block of rows, then for each of its blocks.
struct tile_phase { struct tile_range rows, blocks; };

// -- Compilation -----------------------------------------------------------------------

enum { TILE_INSTRUCTIONS = 3 * OUROBOROS_TILE_INSTRUCTIONS_MAXIMUM + 4, TILE_NONE = 0xffff };

/// An instruction while it is compiled.
struct tile_node {
  ouroboros_tile_instruction instruction;
  uint8_t varies;  // dimensions along which the value varies (bit mask)
  uint8_t shape;
  int16_t level;   // phase from which the value can be had
};

struct tile_builder {
  int64_t extents[5];
  int32_t operand_count, source_count, node_count;
  int32_t one_row;  // blocks have a single row
  ouroboros_tile_instruction source[OUROBOROS_TILE_INSTRUCTIONS_MAXIMUM];
  ouroboros_tile_operand operands[OUROBOROS_TILE_OPERANDS_MAXIMUM];
  uint8_t loaded[OUROBOROS_TILE_OPERANDS_MAXIMUM], stored[OUROBOROS_TILE_OPERANDS_MAXIMUM];
  struct tile_node nodes[TILE_INSTRUCTIONS];
};

/// The number of values that an operation uses, or −1.
int tile_arity(int operation);
int tile_is_sink(int operation);

/// Checks a description. Returns OUROBOROS_TILE_VALID or the fault.
int tile_check(const ouroboros_tile_description *description, int32_t *where);

/// The instructions of a valid description with their reductions made simple, on merged dimensions.
void tile_lower(const ouroboros_tile_description *description, struct tile_builder *builder);

/// Shapes of the values for blocks of one row or of several.
void tile_assign_shapes(struct tile_builder *builder, int one_row);

/// Where the parts of a program lie; returns the offset of its steps.
size_t tile_layout(struct ouroboros_tile_program *program, int phases, int reductions);

/// Writes the steps of a program whose rows are whole or cut, with slots and reductions. Returns 0, or
/// −1 when they exceed `size` bytes.
int tile_schedule(const struct tile_builder *builder, struct ouroboros_tile_program *program,
                  size_t size);

#endif
