// The random-number kernels for the instruction set of the build.
#include <string.h>

#include "kernels.h"

#define KERNEL(name) name##_baseline
#include "random_kernels.h"
