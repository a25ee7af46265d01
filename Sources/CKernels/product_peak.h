// The most multiply-adds a second, in registers. Included after product_tile.h.

/// Sums that do not wait for each other, as many as the largest tile has.
enum { PEAK_SUMS = ROWS * VECTORS };

INLINE double peak_sum(const vector sums[PEAK_SUMS]) {
  double total = 0;
  for (int i = 0; i < PEAK_SUMS; i++)
    for (int lane = 0; lane < WIDTH; lane++) total += (double)sums[i][lane];
  return total;
}

ALONE static double KERNEL(peak)(int operands, long iterations, double *operations) {
  vector sums[PEAK_SUMS];
  EACH(i, PEAK_SUMS) sums[i] = SPLAT((float)i);
#ifdef PAIR_PEAK
  // Every step adds 2⁻¹⁴.
  if (operands == OUROBOROS_OPERANDS_BFLOAT16) {
    const __m512bh one = (__m512bh)_mm512_set1_epi32(0x3f803f80);
    const __m512bh small = (__m512bh)_mm512_set1_epi32(0x38003800);
    for (long n = 0; n < iterations; n++)
      EACH(i, PEAK_SUMS) sums[i] = (vector)_mm512_dpbf16_ps((__m512)sums[i], one, small);
    *operations = 4.0 * WIDTH * PEAK_SUMS * (double)iterations;
    return peak_sum(sums);
  }
#endif
  (void)operands;
  // Every sum tends to 2: no overflow, no denormal number.
  const vector half = SPLAT(0.5f), one = SPLAT(1.0f);
  for (long n = 0; n < iterations; n++) EACH(i, PEAK_SUMS) sums[i] = sums[i] * half + one;
  *operations = 2.0 * WIDTH * PEAK_SUMS * (double)iterations;
  return peak_sum(sums);
}
