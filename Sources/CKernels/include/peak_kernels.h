#ifndef OUROBOROS_PEAK_KERNELS_H
#define OUROBOROS_PEAK_KERNELS_H

/// Work to time for the highest rate the processor can multiply and add at: `iterations` rounds of
/// independent vector multiply-adds in registers, on the instruction set in use, with the operands of
/// `product_kernels.h`. Writes the floating-point operations done and returns a value that depends on all
/// of them.
double ouroboros_peak_work(int operands, long iterations, double *operations);

#endif
