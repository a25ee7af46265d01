#ifndef OUROBOROS_MOVEMENT_KERNELS_H
#define OUROBOROS_MOVEMENT_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Copies between arrays. Nothing is allocated; sources and destinations do not overlap.

enum { OUROBOROS_RANK_MAXIMUM = 6 };

/// A copy of a box of elements, each side with its own strides: permutations, slices with steps,
/// reversals (negative strides), broadcasts (source stride 0), and, one call a part, concatenations
/// and pads.
///
/// element_bytes    2 or 4
/// rank             0 … 6
/// extents          [rank], outermost first; nothing is copied when one is 0
/// *_strides        [rank], in elements; the pointers stand at element (0, …, 0)
void ouroboros_copy_strided(int element_bytes, int rank, const int64_t *extents, const void *source,
                            const int64_t *source_strides, void *destination,
                            const int64_t *destination_strides);

/// x[i] = value.
void ouroboros_fill(float value, float *x, size_t count);

/// out [count × width]: out[i] = table[indices[i]], table [rows × width] of elements of 2 or 4 bytes.
/// Returns −1, or the position of the first index outside [0, rows); nothing is written then.
int64_t ouroboros_gather_rows(int element_bytes, const void *table, int64_t rows, int64_t width,
                              const int32_t *indices, int64_t count, void *out);

/// table[indices[i]] += source[i] for i ascending; table [rows × width], source [count × width].
/// Returns −1, or the position of the first index outside [0, rows); nothing is written then.
int64_t ouroboros_scatter_add_rows(const float *source, int64_t width, const int32_t *indices,
                                   int64_t count, float *table, int64_t rows);

/// Cumulative sums along the middle axis of x [outer × length × inner]; out may be x. Added one by
/// one in Float from the first element (reverse: from the last); exclusive: without the element
/// itself, so that the first (reverse: last) sum is 0.
void ouroboros_cumulative_sum(const float *x, float *out, int64_t outer, int64_t length,
                              int64_t inner, int reverse, int exclusive);

#endif
