/* How long a line of the cache takes from one core to another. */
#ifndef BENCH_HANDOVER_H
#define BENCH_HANDOVER_H

#include "pool.h"

/* Seconds there and back between two threads, the mean of many trips, in the best of a few tries; 0
 * if the pool has one. On a virtual machine it may change from minute to minute, as its processors
 * are moved about. */
double handover_seconds(pool *pool);

#endif
