#ifndef OUROBOROS_TRIANGULAR_KERNELS_H
#define OUROBOROS_TRIANGULAR_KERNELS_H

// Products with triangular matrices; symmetric_kernels.h has factor and square of symmetric ones.
// Sums have a fixed order and no contraction: the bits are the same on every instruction set.

/// g = scale · f · a for a packed lower trapezoidal a.
///
/// f            [rows × inner], row-major; with triangular != 0 square, lower triangular, zeros above
/// a            [inner × columns], columns <= inner, lower trapezoidal: row after row, of row k the
///              min(k + 1, columns) entries up to the diagonal
/// g            [rows × columns], row-major, written; entries above the diagonal of a triangular
///              product are zero
///
/// Returns the sum of the squares of g. A third of the operations of a general product for square
/// triangular factors.
double ouroboros_lower_product(const double *f, long rows, long inner, int triangular,
                               const double *a, long columns, double scale, double *g);

/// out = scale · f · z + offset for f as above, z [inner], offset and out [rows].
void ouroboros_lower_apply(const double *f, long rows, long inner, int triangular, const double *z,
                           double scale, const double *offset, double *out);

#endif
