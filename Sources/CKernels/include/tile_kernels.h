#ifndef OUROBOROS_TILE_KERNELS_H
#define OUROBOROS_TILE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Tile programs: chains of elementwise operations with their broadcasts and reductions, run over a
// small block of the iteration space at a time, so that everything between the loads and the stores
// stays in the first-level cache.
//
// A program is described as a straight list of instructions in single assignment: the value of an
// instruction is named by its index in the list, and instructions use earlier values. The
// description says nothing about blocks: compilation finds out which values vary along the columns,
// along the rows or not at all, merges dimensions that lie contiguously, hoists what does not depend
// on the rows, divides the space into blocks, repeats for each pass over a long row what that pass
// needs, and assigns the buffers.
//
// Float arithmetic. On one instruction set the result of a program is a function of its description
// and its inputs; between instruction sets bits differ (fused multiply-adds, lanes of the sums).

/// The type of an operand in memory. Arithmetic is in f32: the other types are converted by loads
/// and stores.
enum {
  OUROBOROS_F32 = 0,
  OUROBOROS_I32 = 1,   ///< stored by truncation; exact up to 2²⁴
  OUROBOROS_BF16 = 2,  ///< the upper half of an f32; stored rounded to nearest, ties to even
};

/// The dimensions of the iteration space, outermost first.
enum {
  OUROBOROS_OUTER_0 = 0,
  OUROBOROS_OUTER_1 = 1,
  OUROBOROS_OUTER_2 = 2,
  OUROBOROS_ROW = 3,
  OUROBOROS_COLUMN = 4,
  OUROBOROS_TILE_DIMENSIONS = 5,
};

enum {
  OUROBOROS_TILE_INSTRUCTIONS_MAXIMUM = 256,
  OUROBOROS_TILE_OPERANDS_MAXIMUM = 64,
};

/// What an instruction computes. NaN in gives NaN out unless stated. Comparisons with NaN are false,
/// but NOT_EQUAL is true. Errors of the functions are at most 2.1 ulp for all arguments (SIN and COS:
/// |x| ≤ 10⁴, beyond which accuracy fades), with the limits that C's library gives at 0 and ±∞.
enum {
  // Sources.
  OUROBOROS_LOAD = 0,  ///< element of `operand`, as it was before the run
  OUROBOROS_CONSTANT,  ///< `immediate`
  OUROBOROS_INDEX,     ///< position along dimension `operand` (OUROBOROS_ROW, …) as a float
  // Functions of a.
  OUROBOROS_NEGATE,
  OUROBOROS_ABSOLUTE,
  OUROBOROS_SIGN,  ///< −1, 0 or 1
  OUROBOROS_EXP,
  OUROBOROS_LOG,
  OUROBOROS_LOG1P,
  OUROBOROS_SQRT,
  OUROBOROS_RSQRT,       ///< 1/√a, of full precision
  OUROBOROS_RECIPROCAL,  ///< 1/a, of full precision
  OUROBOROS_TANH,
  OUROBOROS_SIGMOID,   ///< 1 / (1 + e^−a)
  OUROBOROS_SOFTPLUS,  ///< log(1 + e^a)
  OUROBOROS_ERF,
  OUROBOROS_SIN,
  OUROBOROS_COS,
  OUROBOROS_FLOOR,
  OUROBOROS_SQUARE,
  OUROBOROS_RELU,        ///< max(a, 0)
  OUROBOROS_LEAKY_RELU,  ///< a > 0 ? a : immediate·a
  OUROBOROS_IS_NAN,      ///< 1 or 0
  // Functions of a and b.
  OUROBOROS_ADD,
  OUROBOROS_SUBTRACT,
  OUROBOROS_MULTIPLY,
  OUROBOROS_DIVIDE,
  OUROBOROS_MAXIMUM,  ///< NaN if either is NaN
  OUROBOROS_MINIMUM,  ///< NaN if either is NaN
  OUROBOROS_POWER,    ///< C's pow(a, b)
  OUROBOROS_LESS,     ///< 1 or 0, as all comparisons
  OUROBOROS_LESS_EQUAL,
  OUROBOROS_EQUAL,
  OUROBOROS_NOT_EQUAL,
  OUROBOROS_GREATER,
  OUROBOROS_GREATER_EQUAL,
  OUROBOROS_RELU_MASK,        ///< a > 0 ? b : 0
  OUROBOROS_LEAKY_RELU_MASK,  ///< a > 0 ? b : immediate·b
  // Functions of a, b and c.
  OUROBOROS_SELECT,        ///< a ≠ 0 ? b : c (a NaN counts as ≠ 0)
  OUROBOROS_MULTIPLY_ADD,  ///< a·b + c, fused where the instruction set can
  // Reductions whose value later instructions can use: one number for each row.
  OUROBOROS_ROW_SUM,  ///< immediate · Σ a over the columns (immediate 1 for the plain sum)
  OUROBOROS_ROW_MAXIMUM,
  // Sinks, which give no value: `a` goes to `operand`.
  OUROBOROS_STORE,
  OUROBOROS_SUM_INTO,  ///< immediate · Σ a; see below
  OUROBOROS_MAXIMUM_INTO,
  OUROBOROS_TILE_OPERATIONS,
};

/// One instruction. Unused fields are ignored.
typedef struct {
  uint16_t operation;
  uint16_t a, b, c;   ///< indices of earlier instructions
  uint16_t operand;   ///< of LOAD, STORE, SUM_INTO, MAXIMUM_INTO; the dimension of INDEX
  float immediate;
} ouroboros_tile_instruction;

/// An array in memory. Element (o0, o1, o2, r, c) is pointer[offset + Σ index·stride].
///
/// Any strides are allowed, 0 broadcasts; a column stride of 1 (or 0) is fast, a row stride of 1 is
/// loaded and stored by transposing blocks. Strides of dimensions of extent 1 are ignored.
typedef struct {
  int64_t strides[5];  ///< in elements, for each dimension
  int64_t offset;      ///< in elements
  int32_t type;        ///< OUROBOROS_F32, …
} ouroboros_tile_operand;

/// A program before compilation.
///
/// STORE writes each element of `operand` once: its strides must not be 0 where the extent exceeds 1,
/// except that a value which does not vary along a dimension (a row sum does not vary along the
/// columns) may be stored with stride 0 there. Loading and storing the same operand is an update in
/// place, whatever the order of the two. Otherwise operands that are written may not overlap others.
///
/// SUM_INTO and MAXIMUM_INTO reduce over every dimension in which `operand` has stride 0 and overwrite
/// it with the result (f32 only). Outer dimensions that are kept must come before those that are
/// reduced; if outer dimensions are reduced, the rows or the columns must be too. The usual cases:
///   strides (0, 0, 0, 0, 0)   everything into one number, e.g. a loss
///   strides (0, 0, 0, 0, 1)   rows and outer dimensions into [columns], e.g. a bias gradient
///   strides (n, 0, 0, 0, 1)   the same for each index of outer dimension 0
///   strides (1, 0, 0, 0, 0)   one number for each index of outer dimension 0
///   strides (., ., ., 1, 0)   one number a row
/// A value counts once along the dimensions in which it does not vary, also in ROW_SUM: `immediate`
/// makes up for it where every element is to count.
///
/// Order of sums. Over columns: lanes with 4 chains each, then a fixed tree, for pieces of at most
/// 4,096 elements; the pieces in Double. Over rows: at most 64 consecutive rows in f32, in 4 chains
/// when a block holds several rows; these sums in Double. So the error does not grow with the extent. A
/// product that only a sum uses may be fused into its additions.
///
/// Values that do not vary with the rows (columns, outer dimensions) are computed once for each index
/// of the outer dimensions when a row fits into a block.
typedef struct {
  int64_t extents[5];  ///< outer 0, outer 1, outer 2, rows, columns, each ≥ 1 (1 when unused)
  const ouroboros_tile_operand *operands;
  const ouroboros_tile_instruction *instructions;
  int32_t operand_count;
  int32_t instruction_count;
} ouroboros_tile_description;

/// Why a description is refused.
enum {
  OUROBOROS_TILE_VALID = 0,
  OUROBOROS_TILE_BAD_EXTENT,        ///< an extent below 1
  OUROBOROS_TILE_BAD_COUNT,         ///< no instruction, or more of something than the maximum
  OUROBOROS_TILE_BAD_OPERATION,     ///< no such operation
  OUROBOROS_TILE_BAD_VALUE,         ///< a, b or c names no earlier value
  OUROBOROS_TILE_BAD_OPERAND,       ///< no such operand, or dimension of INDEX
  OUROBOROS_TILE_BAD_TYPE,          ///< no such type, or a reduction into another than f32
  OUROBOROS_TILE_BAD_STORE,         ///< a store that writes an element more than once
  OUROBOROS_TILE_BAD_REDUCTION,     ///< a reduction over dimensions that cannot be reduced together
  OUROBOROS_TILE_BAD_UPDATE,        ///< an operand that is reduced into and also read or written
  OUROBOROS_TILE_TOO_LARGE,         ///< the memory given for the program is too small
};

/// A compiled program: memory of the caller without pointers to the description, usable by several
/// threads at once.
typedef struct ouroboros_tile_program ouroboros_tile_program;

/// An upper bound of the bytes that the compiled program takes.
size_t ouroboros_tile_size(const ouroboros_tile_description *description);

/// Compiles `description` into `program`, `size` bytes aligned to 64. Returns OUROBOROS_TILE_VALID, or
/// the fault, with the index of the faulty instruction, operand or dimension in `where`.
int ouroboros_tile_compile(
    const ouroboros_tile_description *description, ouroboros_tile_program *program, size_t size,
    int32_t *where);

/// The bytes of scratch that a run needs.
size_t ouroboros_tile_scratch(const ouroboros_tile_program *program);

/// Runs the program. `operands` holds one pointer an operand, `scratch` is aligned to 64. Allocates
/// nothing.
void ouroboros_tile_run(
    const ouroboros_tile_program *program, void *const *operands, void *scratch);

#endif
