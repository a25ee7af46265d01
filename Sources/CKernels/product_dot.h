// Products with few columns or few rows, and products computed transposed. Included after product_pack.h.

/// The sum of the entries of a vector, halves first.
INLINE float total(vector v) {
#if WIDTH >= 16
  typedef float eight __attribute__((vector_size(32)));
  const eight w = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
                  __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
#else
  const vector w = v;
#endif
#if WIDTH >= 8
  typedef float quarter __attribute__((vector_size(16)));
  const quarter x = __builtin_shufflevector(w, w, 0, 1, 2, 3) + __builtin_shufflevector(w, w, 4, 5, 6, 7);
#else
  typedef vector quarter;
  const quarter x = w;
#endif
  const quarter y = x + __builtin_shufflevector(x, x, 2, 3, 2, 3);
  return y[0] + y[1];
}

/// `rows` rows of one operand against `few` of the other, both contiguous along the sum.
INLINE void dot_of(const struct dot *x, long row, int rows, int few) {
  vector sums[8][DOT_FEW];
  const float *many = x->many + row * x->many_row;
  EACH(r, rows) EACH(f, few) sums[r][f] = (vector){0};
  long p = 0;
  for (; p + WIDTH <= x->depth; p += WIDTH) {
    vector right[DOT_FEW];
    EACH(f, few) right[f] = LOAD(x->few + f * x->few_row + p);
    EACH(r, rows) {
      const vector left = LOAD(many + r * x->many_row + p);
      EACH(f, few) sums[r][f] += left * right[f];
    }
  }
  if (p < x->depth) {
    const long part = x->depth - p;
    vector right[DOT_FEW];
    EACH(f, few) right[f] = LOAD_PART(x->few + f * x->few_row + p, part);
    EACH(r, rows) {
      const vector left = LOAD_PART(many + r * x->many_row + p, part);
      EACH(f, few) sums[r][f] += left * right[f];
    }
  }
  EACH(f, few) EACH(r, rows) x->out[f * x->out_row + row + r] = total(sums[r][f]);
}

#define DOT(few, height)                                                      \
  ALONE static void KERNEL(dot_##few)(const struct dot *x) {                  \
    long row = 0;                                                             \
    for (; row + height <= x->rows; row += height) dot_of(x, row, height, few); \
    for (; row < x->rows; row++) dot_of(x, row, 1, few);                      \
  }

DOT(1, 8)
DOT(2, 4)
#if WIDTH == 16
DOT(3, 4)
DOT(4, 4)
#else
DOT(3, 2)
DOT(4, 2)
#endif

/// c[i][j] = activation((c[i][j]) + alpha·sums[j·pitch + i] + bias[j]) for i < rows, j < columns.
ALONE static void KERNEL(turn)(const struct turn *x) {
  const vector alpha = SPLAT(x->alpha);
  for (long j = 0; j < x->columns; j += WIDTH) {
    const long part = x->columns - j < WIDTH ? x->columns - j : WIDTH;
    const vector bias = !x->bias        ? (vector){0}
                        : part == WIDTH ? LOAD(x->bias + j)
                                        : LOAD_PART(x->bias + j, part);
    for (long i = 0; i < x->rows; i += WIDTH) {
      const float *from = x->sums + j * x->pitch + i;
      vector t[WIDTH];
      if (part == WIDTH) EACH(q, WIDTH) t[q] = LOAD(from + q * x->pitch);
      else EACH(q, WIDTH) t[q] = q < part ? LOAD(from + q * x->pitch) : (vector){0};
      transpose(t);
      const long end = x->rows - i < WIDTH ? x->rows - i : WIDTH;
      EACH(q, WIDTH) if (q < end) {
        float *out = x->c + (i + q) * x->c_row + j;
        vector sum = t[q] * alpha;
        if (x->accumulate) sum = (part == WIDTH ? LOAD(out) : LOAD_PART(out, part)) + sum;
        sum += bias;
        if (x->activation != OUROBOROS_ACTIVATION_NONE) sum = activated(sum, x->activation, x->slope);
        if (part == WIDTH) STORE(out, sum);
        else STORE_PART(out, part, sum);
      }
    }
  }
}
