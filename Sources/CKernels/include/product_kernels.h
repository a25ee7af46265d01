#ifndef OUROBOROS_PRODUCT_KERNELS_H
#define OUROBOROS_PRODUCT_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Matrix products in Float. The order of every sum depends on the description and the instruction set
// only, so results are the same from run to run; they differ between instruction sets. Nothing here
// allocates: the caller passes scratch.

/// How operands enter the products; sums are always Float.
enum {
  OUROBOROS_OPERANDS_FLOAT = 0,
  /// Both operands rounded to bfloat16, to nearest, ties to even.
  OUROBOROS_OPERANDS_BFLOAT16 = 1,
};

/// Functions applied to a finished sum.
enum {
  OUROBOROS_ACTIVATION_NONE = 0,
  OUROBOROS_ACTIVATION_RELU = 1,
  /// x for x > 0, else slope·x.
  OUROBOROS_ACTIVATION_LEAKY_RELU = 2,
};

/// C = activation(alpha·A·B + bias), or activation(C + alpha·A·B + bias) with `accumulate`.
/// A [m × k], B [k × n], C [m × n], bias [n].
///
/// Element (i, p) of A stands at a[i·a_row + p·a_column]: strides count elements, may be of any sign, and
/// zero repeats, so transposes and views need no copies. The columns of C are contiguous, c_row >= n.
/// The product is done for every (o, i) of outer × inner items, each `x_outer`·o + `x_inner`·i elements
/// further on; counts of 1 make a single product. C overlaps neither A nor B.
typedef struct {
  long m, n, k;
  long a_row, a_column;
  long b_row, b_column;
  long c_row;
  long outer, inner;
  long a_outer, a_inner;
  long b_outer, b_inner;
  long c_outer, c_inner;
  float alpha;
  int accumulate;
  int activation;
  float slope;
  int operands;
} ouroboros_product_t;

/// Bytes of scratch that `ouroboros_product` needs, whatever the instruction set; scratch is aligned to
/// 64 bytes. Two products may use the same scratch one after the other.
size_t ouroboros_product_scratch(const ouroboros_product_t *product);

/// The product; `bias` may be NULL. k = 0 gives activation(C or 0, + bias).
void ouroboros_product(const ouroboros_product_t *product, const float *a, const float *b, float *c,
                       const float *bias, void *scratch);

// -- Constant right operands ------------------------------------------------------------

/// Bytes of B [k × n] laid out for the kernels of the instruction set in use, aligned to 64 bytes;
/// reads k, n and operands of the description. With bfloat16 operands and the instructions for them it
/// holds two bytes an element.
size_t ouroboros_product_packed_size(const ouroboros_product_t *product);

/// Lays out B, read by b_row and b_column. The result is bound to k, n, operands and instruction set.
void ouroboros_product_pack(const ouroboros_product_t *product, const float *b, void *packed);

/// `ouroboros_product` with B laid out before, the same for all items; b_row, b_column, b_outer and
/// b_inner are not read. Scratch as for `ouroboros_product`. The sums may be in another order than those
/// of `ouroboros_product`.
void ouroboros_product_packed(const ouroboros_product_t *product, const float *a, const void *packed,
                              float *c, const float *bias, void *scratch);

#endif
