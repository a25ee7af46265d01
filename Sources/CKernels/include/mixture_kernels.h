#ifndef OUROBOROS_MIXTURE_KERNELS_H
#define OUROBOROS_MIXTURE_KERNELS_H

/// Components the kernel can take.
#define MIXTURE_MAXIMUM_COMPONENTS 64

/// One pass of expectation maximisation for a Gaussian mixture in 1, 2 or 3 dimensions: densities,
/// responsibilities r and their weighted sums, without storing the responsibilities.
///
/// x            [dimension × stride], coordinate by coordinate; stride >= count
/// parameters   [components × (1 + dimension + triangle)]: ln weight − ln √((2π)^d det Σ), the mean,
///              and the rows of the lower triangle of L⁻¹, Σ = L·Lᵀ; triangle = d(d+1)/2
/// sums         [1 + components × (1 + dimension + triangle)], written: the log-likelihood, then for
///              every component Σ r, Σ r·(x − mean), and Σ r·(x − mean)(x − mean)ᵀ (lower triangle)
///
/// Element i goes to lane i mod 8 and the lanes are added pairwise; no operation is contracted: the
/// bits are the same on every instruction set.
void ouroboros_mixture_pass(const double *x, long count, long stride, int dimension, int components,
                            const double *parameters, double *sums);

#endif
