/* Measures how long a cache line takes from one core to another. */
#ifndef BENCH_CORE_LATENCY_H
#define BENCH_CORE_LATENCY_H

#include "pool.h"

/* Seconds per round trip between two threads: the mean of many trips, in the best of a few tries; 0
 * if the pool has one thread. On a virtual machine it may change from minute to minute, as virtual
 * processors move between cores. */
double core_latency_seconds(pool *pool);

#endif
