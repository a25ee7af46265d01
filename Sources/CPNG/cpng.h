#ifndef OUROBOROS_CPNG_H
#define OUROBOROS_CPNG_H
#include <png.h>
#endif
