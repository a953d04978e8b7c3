/* Time for durations, from a monotonic clock. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Since an arbitrary moment in the past. Both are safe in a signal handler. */
double clock_seconds(void);
uint64_t clock_nanoseconds(void);

#endif
