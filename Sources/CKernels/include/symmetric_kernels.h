#ifndef OUROBOROS_SYMMETRIC_KERNELS_H
#define OUROBOROS_SYMMETRIC_KERNELS_H

// Factor and square of symmetric matrices too small for a blocked library to reach its speed. Every
// entry is a sum in ascending order without contraction: the bits are the same on every instruction
// set. Row-major throughout; a transposed copy is held on the stack up to dimension 128.

/// The lower Cholesky factor of scale · a, a symmetric [n×n], of which the lower triangle is read.
///
/// l            [n×n], written, zeros above the diagonal; may be `a`
/// Returns 0, or the index of the first pivot that is not positive or not finite, plus 1; l holds
/// nothing of use then.
///
/// n³/3 operations.
long ouroboros_cholesky(const double *a, double scale, long n, double *l);

/// The lower triangle of c += g·gᵀ; the upper one is left as it is.
///
/// g            [n × columns]; with triangular != 0 lower trapezoidal, columns <= n, zeros stored above
///              its diagonal
/// c            [n × n]
///
/// n³/3 operations for a square triangular g, a third of what a full one costs.
void ouroboros_lower_square(const double *g, long n, long columns, int triangular, double *c);

/// The lower triangle of c += weight · x·xᵀ for x [n], as (weight · xᵢ) · xⱼ; the upper one is left as it
/// is.
void ouroboros_lower_rank_one(double weight, const double *x, long n, double *c);

#endif
