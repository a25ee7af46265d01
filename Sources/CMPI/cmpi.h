#ifndef OUROBOROS_CMPI_H
#define OUROBOROS_CMPI_H
#include <mpi.h>
#endif
