#ifndef OUROBOROS_ALLOCATION_COUNT_H
#define OUROBOROS_ALLOCATION_COUNT_H

// Counts what a thread takes from the heap: the C library's allocation functions, replaced by ones that
// count and hand on. Linking this replaces them in the whole executable.

/// Whether the functions are replaced: on glibc, without AddressSanitizer.
int allocation_count_works(void);

/// Allocations of this thread so far: calls of malloc, calloc, realloc and their aligned relatives.
long allocation_count(void);

#endif
