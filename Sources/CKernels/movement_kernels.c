#include "movement_kernels.h"

#include <string.h>

#include "numeric_kernels.h"

/// A copy whose dimensions are sorted by the strides of the destination, the smallest last, and merged
/// where both sides are contiguous.
struct copy {
  int rank, element_bytes;
  int64_t extents[OUROBOROS_RANK_MAXIMUM + 2], from[OUROBOROS_RANK_MAXIMUM + 2],
      to[OUROBOROS_RANK_MAXIMUM + 2];
};

static int64_t magnitude(int64_t x) { return x < 0 ? -x : x; }

static void swap_dimensions(struct copy *c, int i, int j) {
  const int64_t extent = c->extents[i], from = c->from[i], to = c->to[i];
  c->extents[i] = c->extents[j];
  c->from[i] = c->from[j];
  c->to[i] = c->to[j];
  c->extents[j] = extent;
  c->from[j] = from;
  c->to[j] = to;
}

static struct copy simplified(int element_bytes, int rank, const int64_t *extents,
                              const int64_t *from, const int64_t *to) {
  struct copy c = {.element_bytes = element_bytes};
  for (int i = 0; i < rank; i++) {
    if (extents[i] == 1) continue;
    int at = c.rank++;
    c.extents[at] = extents[i];
    c.from[at] = from[i];
    c.to[at] = to[i];
    for (; at > 0 && magnitude(c.to[at - 1]) < magnitude(c.to[at]); at--) swap_dimensions(&c, at - 1, at);
  }
  for (int i = c.rank - 2; i >= 0; i--) {
    if (c.from[i] != c.from[i + 1] * c.extents[i + 1] || c.to[i] != c.to[i + 1] * c.extents[i + 1])
      continue;
    c.extents[i + 1] *= c.extents[i];
    for (int j = i; j > 0; j--) swap_dimensions(&c, j - 1, j);
    c.extents[0] = 1;
    memmove(c.extents, c.extents + 1, (size_t)(c.rank - 1) * sizeof(int64_t));
    memmove(c.from, c.from + 1, (size_t)(c.rank - 1) * sizeof(int64_t));
    memmove(c.to, c.to + 1, (size_t)(c.rank - 1) * sizeof(int64_t));
    c.rank--;
  }
  // At least two dimensions, outermost first.
  while (c.rank < 2) {
    c.extents[c.rank] = 1;
    c.from[c.rank] = c.to[c.rank] = 0;
    for (int j = c.rank++; j > 0; j--) swap_dimensions(&c, j - 1, j);
  }
  return c;
}

/// The last two dimensions one element at a time, or in rows.
static void copy_rows(const struct copy *c, const char *from, char *to) {
  const int row = c->rank - 2, column = c->rank - 1;
  const int64_t rows = c->extents[row], columns = c->extents[column];
  if (c->element_bytes == 4) {
    ckernels_numeric()->store_plane(
        (struct plane){from, c->from[row], c->from[column], OUROBOROS_F32},
        (struct plane){to, c->to[row], c->to[column], OUROBOROS_F32}, (size_t)rows, (size_t)columns);
    return;
  }
  for (int64_t i = 0; i < rows; i++) {
    const uint16_t *source = (const uint16_t *)from + i * c->from[row];
    uint16_t *target = (uint16_t *)to + i * c->to[row];
    if (c->from[column] == 1 && c->to[column] == 1) {
      memcpy(target, source, (size_t)columns * 2);
    } else {
      for (int64_t j = 0; j < columns; j++) target[j * c->to[column]] = source[j * c->from[column]];
    }
  }
}

/// The last two dimensions, of which the source is contiguous along the first, the destination along
/// the second.
static void copy_transposed(const struct copy *c, const char *from, char *to) {
  const int row = c->rank - 2, column = c->rank - 1;
  ckernels_numeric()->transpose(c->element_bytes, from, c->from[column], to, c->to[row],
                                (size_t)c->extents[column], (size_t)c->extents[row]);
}

void ouroboros_copy_strided(int element_bytes, int rank, const int64_t *extents, const void *source,
                            const int64_t *source_strides, void *destination,
                            const int64_t *destination_strides) {
  for (int i = 0; i < rank; i++)
    if (extents[i] == 0) return;
  struct copy c = simplified(element_bytes, rank, extents, source_strides, destination_strides);
  const int last = c.rank - 1;
  int transposed = 0;
  if (c.to[last] == 1 && c.from[last] != 1) {
    for (int i = 0; i < last && !transposed; i++) {
      if (c.from[i] != 1) continue;
      for (int j = i; j < last - 1; j++) swap_dimensions(&c, j, j + 1);
      transposed = 1;
    }
  }
  const int outer = c.rank - 2;
  int64_t index[OUROBOROS_RANK_MAXIMUM] = {0};
  const char *from = source;
  char *to = destination;
  for (;;) {
    if (transposed) copy_transposed(&c, from, to);
    else copy_rows(&c, from, to);
    int k = outer - 1;
    for (; k >= 0; k--) {
      from += c.from[k] * element_bytes;
      to += c.to[k] * element_bytes;
      if (++index[k] < c.extents[k]) break;
      from -= c.from[k] * c.extents[k] * element_bytes;
      to -= c.to[k] * c.extents[k] * element_bytes;
      index[k] = 0;
    }
    if (k < 0) return;
  }
}

void ouroboros_fill(float value, float *x, size_t count) { ckernels_numeric()->fill(value, x, count); }

/// −1, or the position of the first index outside [0, rows).
static int64_t first_outside(const int32_t *indices, int64_t count, int64_t rows) {
  for (int64_t i = 0; i < count; i++)
    if (indices[i] < 0 || indices[i] >= rows) return i;
  return -1;
}

int64_t ouroboros_gather_rows(int element_bytes, const void *table, int64_t rows, int64_t width,
                              const int32_t *indices, int64_t count, void *out) {
  const int64_t outside = first_outside(indices, count, rows);
  if (outside >= 0) return outside;
  const size_t bytes = (size_t)(width * element_bytes);
  for (int64_t i = 0; i < count; i++)
    memcpy((char *)out + (size_t)i * bytes, (const char *)table + (size_t)indices[i] * bytes, bytes);
  return -1;
}

int64_t ouroboros_scatter_add_rows(const float *source, int64_t width, const int32_t *indices,
                                   int64_t count, float *table, int64_t rows) {
  const int64_t outside = first_outside(indices, count, rows);
  if (outside >= 0) return outside;
  const struct numeric_kernels *kernels = ckernels_numeric();
  for (int64_t i = 0; i < count; i++)
    kernels->add(source + i * width, table + indices[i] * width, (size_t)width);
  return -1;
}

/// Up to `lanes` ≤ 16 neighbouring sums along the middle axis, `step` elements apart.
static void cumulate(const float *x, float *out, int64_t length, int64_t step, int lanes,
                     int exclusive) {
  float sums[16] = {0};
  for (int64_t t = 0; t < length; t++, x += step, out += step)
    for (int j = 0; j < lanes; j++) {
      const float before = sums[j];
      sums[j] += x[j];
      out[j] = exclusive ? before : sums[j];
    }
}

void ouroboros_cumulative_sum(const float *x, float *out, int64_t outer, int64_t length,
                              int64_t inner, int reverse, int exclusive) {
  const int64_t first = reverse ? (length - 1) * inner : 0, step = reverse ? -inner : inner;
  for (int64_t i = 0; i < outer; i++, x += length * inner, out += length * inner)
    for (int64_t j = 0; j < inner; j += 16)
      cumulate(x + first + j, out + first + j, length, step, inner - j < 16 ? (int)(inner - j) : 16,
               exclusive);
}
