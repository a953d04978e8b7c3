/* How long a line of the cache takes from one core to another. */
#ifndef BENCH_CORE_LATENCY_H
#define BENCH_CORE_LATENCY_H

#include "pool.h"

/* Seconds there and back between two threads, the mean of many trips, in the best of a few tries; 0
 * if the pool has one. On a virtual machine it may change from minute to minute, as its processors
 * are moved about. */
double core_latency_seconds(pool *pool);

#endif
