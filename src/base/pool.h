/* Runs independent tasks on a pool of workers. pool.c uses threads; pool_serial.c is the variant
 * without. Operations never see the pool. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include "error.h"

typedef struct pool pool;
/* Runs concurrently with other tasks: it may read shared data, and must write only its own or that
 * of its worker: number `worker` of the pool, below pool_threads(). */
typedef void (*pool_task)(void *context, size_t index, size_t worker);

/* threads 0: one per processor the process may use, fewer if not all can be started. The caller's
 * thread counts, so a pool of one starts none. After fork() the child's copy has only the
 * caller. */
pool *pool_create(size_t threads, cnn_error *error);
/* Ends the workers and waits for them. NULL is allowed; not during pool_run(). */
void pool_free(pool *pool);
/* Including the caller's thread. */
size_t pool_threads(const pool *pool);
/* Calls task(context, i, worker) for each i below count, in any order and on any thread, and
 * returns when all are done; their writes are visible to the caller then. One caller at a time;
 * tasks must not call it. Allocates nothing. */
void pool_run(pool *pool, size_t count, pool_task task, void *context);

#endif
