/* Workers sleep until a round begins, then draw task numbers from one counter until none is left;
 * the caller draws along. A counter and not fixed shares: a thread that the system holds up then
 * simply does fewer. A round is over when every worker has reported back, also those that came too
 * late to find a task: so none can still be at it when the next round changes what it reads. */
#define _GNU_SOURCE
#include "pool.h"

#include "memory.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

struct pool {
    size_t threads;     /* the caller's included */
    pthread_t *workers; /* the first `started` of them run */
    size_t started;
    pthread_mutex_t lock; /* over all that follows but `next` */
    pthread_cond_t begin, done;
    size_t round;   /* counts calls of pool_run, so that no worker takes one twice */
    size_t working; /* workers not yet through with this round */
    bool stop;
    /* Of this round. Workers read them without the lock: they change only between rounds. */
    pool_task task;
    void *context;
    size_t count;
    atomic_size_t next; /* the first task nobody has taken; ends beyond count */
};

static void take_tasks(pool *pool) {
    size_t i;
    while ((i = atomic_fetch_add(&pool->next, 1)) < pool->count)
        pool->task(pool->context, i);
}

/* Waits for a round after `seen`; false when the pool ends. Numbers are compared, not signals
 * counted: a round that began before the worker got here is seen all the same, and a wait that ends
 * for no reason, as POSIX allows, goes on. */
static bool await_round(pool *pool, size_t *seen) {
    pthread_mutex_lock(&pool->lock);
    while (pool->round == *seen && !pool->stop)
        pthread_cond_wait(&pool->begin, &pool->lock);
    *seen = pool->round;
    const bool go_on = !pool->stop;
    pthread_mutex_unlock(&pool->lock);
    return go_on;
}

static void *worker(void *context) {
    pool *pool = context;
    size_t seen = 0;
    while (await_round(pool, &seen)) {
        take_tasks(pool);
        pthread_mutex_lock(&pool->lock);
        if (--pool->working == 0)
            pthread_cond_signal(&pool->done);
        pthread_mutex_unlock(&pool->lock);
    }
    return NULL;
}

/* Those this process may use, which can be fewer than there are (taskset, containers). More than
 * 1024 do not fit the set: then one thread. */
static size_t processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return (size_t)CPU_COUNT(&set);
}

/* Starts all or fails; those started before a failure are for pool_free() to end. */
static bool start_workers(pool *pool, cnn_error *error) {
    while (pool->started < pool->threads - 1) {
        if (pthread_create(&pool->workers[pool->started], NULL, worker, pool) != 0)
            return error_set(error, CNN_NO_MEMORY, "cannot start thread %zu of %zu",
                             pool->started + 2, pool->threads);
        pool->started++;
    }
    return true;
}

pool *pool_create(size_t threads, cnn_error *error) {
    pool *pool = memory_new(1, sizeof *pool, error);
    if (!pool)
        return NULL;
    pool->threads = threads ? threads : processors();
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->begin, NULL);
    pthread_cond_init(&pool->done, NULL);
    pool->workers = memory_new(pool->threads, sizeof *pool->workers, error);
    if (!pool->workers || !start_workers(pool, error)) {
        pool_free(pool);
        return NULL;
    }
    return pool;
}

void pool_free(pool *pool) {
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stop = true;
    pthread_cond_broadcast(&pool->begin);
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i < pool->started; i++)
        pthread_join(pool->workers[i], NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->begin);
    pthread_mutex_destroy(&pool->lock);
    free(pool->workers);
    free(pool);
}

size_t pool_threads(const pool *pool) {
    return pool->threads;
}

void pool_run(pool *pool, size_t count, pool_task task, void *context) {
    pthread_mutex_lock(&pool->lock);
    pool->task = task;
    pool->context = context;
    pool->count = count;
    atomic_store(&pool->next, 0);
    /* Each worker is counted in, whether it will find a task or not. */
    pool->working = pool->started;
    pool->round++;
    pthread_cond_broadcast(&pool->begin);
    pthread_mutex_unlock(&pool->lock);
    take_tasks(pool);
    pthread_mutex_lock(&pool->lock);
    while (pool->working)
        pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}
