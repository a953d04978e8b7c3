/* Counts requests for memory, and lets one of them fail. The linker redirects every request of the
 * library and the tests to these functions, and zlib's while it decompresses. */
#ifndef TESTS_ALLOCATIONS_H
#define TESTS_ALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Requests so far. */
size_t allocations(void);

/* From now on, the request number n (from 0) fails, and if `all` each one after it. */
void allocations_fail(size_t n, bool all);

/* From now on, requests of more than `bytes` fail; SIZE_MAX: none does. */
void allocations_limit(size_t bytes);
/* Number of requests refused since. */
size_t allocations_refused(void);

/* All requests succeed again. */
void allocations_succeed(void);

/* Blocks taken and not yet freed, by the library and the tests; those that the C library takes for
 * itself are not counted. */
long allocations_left(void);

/* From now on jansson's requests are counted too. Call it before the first value is made. */
void allocations_of_jansson(void);

#endif
