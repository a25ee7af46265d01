#ifndef OUROBOROS_RESAMPLE_KERNELS_H
#define OUROBOROS_RESAMPLE_KERNELS_H

// Weighted sums of many columns under many sets of weights. Every sum runs over the rows in ascending
// order without contraction: the bits are the same on every instruction set.

/// Sets of weights that stand side by side.
#define RESAMPLE_PANEL 32

/// sums[c][b] = Σ_s values[s][c] · weight_b[s].
///
/// values       [rows × columns], row-major
/// weights      [⌈resamples / 32⌉ × rows × 32]: of every row the weights in 32 resamples side by side;
///              what stands in places beyond the last resample is multiplied but not stored
/// sums         [columns × resamples], written
///
/// 2 · rows · columns · resamples operations.
void ouroboros_resample_sums(const double *values, long rows, long columns, const double *weights,
                             long resamples, double *sums);

#endif
