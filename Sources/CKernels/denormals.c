#include "ckernels.h"

#if defined(__SSE2__)
#include <xmmintrin.h>

int ckernels_flush_denormals(int on) {
  const unsigned modes = 0x8040;  // flush-to-zero (bit 15) and denormals-are-zero (bit 6) of MXCSR
  const unsigned before = _mm_getcsr();
  _mm_setcsr(on ? before | modes : before & ~modes);
  return (before & modes) == modes;
}
#else
int ckernels_flush_denormals(int on) {
  (void)on;
  return 0;
}
#endif
