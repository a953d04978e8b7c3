/* Limits that depend on the build: sizes, as messages write them, and threads. */
#ifndef TESTS_BOUNDS_H
#define TESTS_BOUNDS_H

#include <stdint.h>

#if SIZE_MAX > UINT32_MAX
#define SIZE_MOST "18446744073709551615"
#define SIZE_HALF "9223372036854775807"
#define SIZE_QUARTER "4611686018427387904" /* and one */
#define VALUES_MOST "2^40"
#define MACHINE_HAS ": this machine has "
#else
#define SIZE_MOST "4294967295"
#define SIZE_HALF "2147483647"
#define SIZE_QUARTER "1073741824"
#define VALUES_MOST "2^28"
#define MACHINE_HAS NULL /* the machine may have more than a program can ask for */
#endif

/* The size of a pool when `wanted` threads are requested, 1 or more. */
#ifdef CNN_SERIAL
#define POOL_THREADS(wanted) ((size_t)1)
#define TWO_THREADS " --threads 1 " /* as many as there can be, so that no note is printed */
#else
#define POOL_THREADS(wanted) (wanted)
#define TWO_THREADS " --threads 2 "
#endif

#endif
