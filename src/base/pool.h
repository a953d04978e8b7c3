/* Workers for tasks that do not depend on each other. pool.c runs them on threads; pool_serial.c is
 * its twin without. Operations never see it. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include "error.h"

typedef struct pool pool;
/* Runs beside other tasks: may read what is shared, must write only what is its own, or belongs to
 * the thread that it runs on: number `worker` of the pool, below pool_threads(). */
typedef void (*pool_task)(void *context, size_t index, size_t worker);

/* threads 0: one per processor the process may use, or as many as can be started. The caller's
 * thread is one of them, so a pool of one starts none. Behind fork() the child's copy is the caller
 * alone. */
pool *pool_create(size_t threads, cnn_error *error);
/* Ends the workers and waits for them. NULL is fine; not while pool_run() is under way. */
void pool_free(pool *pool);
/* The caller's thread included. */
size_t pool_threads(const pool *pool);
/* Calls task(context, i, worker) for each i below count, in any order and on any thread, and
 * returns when all are done; the caller then sees all that they wrote. One caller at a time, and no
 * task may call it. Takes no memory. */
void pool_run(pool *pool, size_t count, pool_task task, void *context);

#endif
