// The numeric kernels for the instruction set of the build.
#include <math.h>
#include <string.h>

#include "numeric_kernels.h"

#define KERNEL(name) name##_baseline
#include "numeric_table.h"
