#ifndef OUROBOROS_CSQLITE_H
#define OUROBOROS_CSQLITE_H
#include <sqlite3.h>
#endif
