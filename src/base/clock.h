/* Time for durations, from a clock that is never set back. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Since some moment in the past. A signal handler may call them. */
double clock_seconds(void);
uint64_t clock_nanoseconds(void);

#endif
