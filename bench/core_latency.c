/* Measures how long two threads take to pass a cache line to each other and back. */
#include "core_latency.h"

#include "clock.h"
#include "serve.h"

#include <sched.h>
#include <stdatomic.h>

enum { TRIES = 3, TRIPS = 10000 };

/* Each thread writes one of the counters, which are on separate lines, and waits for the other. */
typedef struct core_latency {
    atomic_size_t there;
    char apart[128];
    atomic_size_t back;
} core_latency;

/* Task 0 sends and task 1 returns; the other tasks do nothing. Neither ends before the other has
 * begun, so they run on two threads. */
static void send_or_return(void *context, size_t task, size_t worker) {
    (void)worker;
    core_latency *h = context;
    for (size_t trip = 1; trip <= TRIPS && task < 2; trip++) {
        if (task == 0)
            atomic_store(&h->there, trip);
        for (size_t look = 1; atomic_load(task == 0 ? &h->back : &h->there) < trip; look++)
            if (look % 4096 == 0) /* the other may be waiting for this processor */
                sched_yield();
        if (task == 1)
            atomic_store(&h->back, trip);
    }
}

static double try_seconds(pool *pool) {
    core_latency h = {0};
    const double begun = clock_seconds();
    pool_run(pool, pool_threads(pool), send_or_return, &h);
    return (clock_seconds() - begun) / TRIPS;
}

double core_latency_seconds(pool *pool) {
    double best = 0;
    for (size_t i = 0; i < TRIES && pool_threads(pool) > 1; i++) {
        const double seconds = try_seconds(pool);
        best = i == 0 || seconds < best ? seconds : best;
    }
    return best;
}
