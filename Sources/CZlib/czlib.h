#ifndef OUROBOROS_CZLIB_H
#define OUROBOROS_CZLIB_H
#include <zlib.h>
#endif
