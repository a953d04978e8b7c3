/* Runs all tasks on the caller's thread: the variant of pool.c for platforms without threads, such
 * as WebAssembly. The build links one of the two. A larger number of threads is accepted, since it
 * never changes a result. */
#include "pool.h"

#include "memory.h"

#include <stdlib.h>

struct pool {
    size_t threads;
};

size_t cnn_processor_count(void) {
    return 1;
}

pool *pool_create(size_t threads, cnn_error *error) {
    (void)threads;
    pool *pool = memory_new(1, sizeof *pool, error);
    if (pool)
        pool->threads = 1;
    return pool;
}

void pool_free(pool *pool) {
    free(pool);
}

size_t pool_threads(const pool *pool) {
    return pool->threads;
}

void pool_run(pool *pool, size_t count, pool_task task, void *context) {
    (void)pool;
    for (size_t i = 0; i < count; i++)
        task(context, i, 0);
}
