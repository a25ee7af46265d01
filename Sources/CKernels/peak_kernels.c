#include "peak_kernels.h"

#include "product_table.h"

double ouroboros_peak_work(int operands, long iterations, double *operations) {
  return product_table()->peak(operands, iterations, operations);
}
