#ifndef OUROBOROS_CDEFLATE_H
#define OUROBOROS_CDEFLATE_H
#include <libdeflate.h>
#endif
