/* Counts requests for memory, and lets one of them fail. The linker leads every request of the
 * library and the tests through here; what zlib and jansson ask for inside is not seen. */
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
/* How many have been too large since. */
size_t allocations_refused(void);

/* Everything succeeds again. */
void allocations_succeed(void);

#endif
