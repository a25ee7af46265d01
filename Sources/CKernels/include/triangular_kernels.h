#ifndef OUROBOROS_TRIANGULAR_KERNELS_H
#define OUROBOROS_TRIANGULAR_KERNELS_H

// Products of triangular matrices; symmetric_kernels.h has factor and square of symmetric ones.

/// g = scale · f · a for a lower trapezoidal a, row-major, zeros stored above its diagonal.
///
/// f            [rows × inner]; with triangular != 0 square, lower triangular, zeros stored above
/// a            [inner × columns], columns <= inner
/// g            [rows × columns], written; entries above the diagonal of a triangular product are zero
///
/// A third of the operations of a general product for square triangular factors. Every entry is a sum
/// in ascending order without contraction: the bits are the same on every instruction set.
void ouroboros_lower_product(const double *f, long rows, long inner, int triangular, const double *a,
                             long columns, double scale, double *g);

#endif
