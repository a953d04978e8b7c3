/* Workers wait until a round begins, then draw task numbers until none is left; the caller draws
 * along. Each thread has a share of them, the same in every round of as many tasks, so that it
 * finds what it wrote in its own cache: to fetch it from another core's takes hundreds of
 * nanoseconds where they lie far apart. When its own are done it draws from the shares of others:
 * a thread that the system holds up then simply does fewer. A round is over when every worker has
 * reported back, also those that came too late to find a task: so none can still be at it when the
 * next round changes what it reads.
 *
 * Rounds of one step follow each other within microseconds, and to be woken takes longer: so a
 * thread first watches for a while, then sleeps. With more threads than processors it sleeps at
 * once, since it would only keep others from working.
 *
 * A process has no threads but its own: behind fork() the child's copy of a pool is the caller
 * alone, who does all tasks and touches neither lock nor workers, which stayed as they happened to
 * be. */
#define _GNU_SOURCE
#include "pool.h"

#include "memory.h"
#include "quota.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Looks of a thread before it sleeps: a few tenths of a millisecond. */
enum { SPIN_LIMIT = 5000 };

/* One thread and what it has to do in this round. */
typedef struct worker {
    pool *pool;
    pthread_t thread;
    size_t index;
    atomic_size_t next; /* the first task of its share nobody has taken; ends beyond last */
    size_t last;        /* behind its share */
    char apart[128];    /* others write to lines of their own */
} worker;

struct pool {
    size_t forks;         /* behind the process that started the threads */
    size_t threads;       /* the caller's included */
    size_t spins;         /* SPIN_LIMIT or 0 */
    worker *workers;      /* [threads]; the first is the caller's and no thread of the pool */
    size_t started;       /* of those behind it */
    pthread_mutex_t lock; /* of those who sleep; the counters change under it */
    pthread_cond_t begin, done;
    atomic_size_t round;   /* counts calls of pool_run, so that no worker takes one twice */
    atomic_size_t working; /* workers not yet through with this round */
    atomic_bool stop;
    /* Of this round. Workers read them without the lock: they change only between rounds. */
    pool_task task;
    void *context;
};

static void take_tasks(pool *pool, size_t own) {
    for (size_t i = 0; i < pool->threads; i++) {
        worker *from = &pool->workers[(own + i) % pool->threads];
        for (size_t task; (task = atomic_fetch_add(&from->next, 1)) < from->last;)
            pool->task(pool->context, task, own);
    }
}

static void share_out(pool *pool, size_t count) {
    for (size_t i = 0; i < pool->threads; i++) {
        pool->workers[i].last = count * (i + 1) / pool->threads;
        atomic_store(&pool->workers[i].next, count * i / pool->threads);
    }
}

/* Tells the processor that this loop only waits, and now and then lets another thread have it: the
 * one that is waited for may be waiting for this very processor. */
static void relax(size_t look) {
    if (look % 64 == 63)
        sched_yield();
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static bool begun(pool *pool, size_t seen) {
    return atomic_load(&pool->round) != seen || atomic_load(&pool->stop);
}

/* Waits for a round after `seen`; false when the pool ends. Numbers are compared, not signals
 * counted: a round that began before the worker got here is seen all the same, and a wait that ends
 * for no reason, as POSIX allows, goes on. */
static bool await_round(pool *pool, size_t *seen) {
    for (size_t i = 0; i < pool->spins && !begun(pool, *seen); i++)
        relax(i);
    if (!begun(pool, *seen)) {
        pthread_mutex_lock(&pool->lock);
        while (!begun(pool, *seen))
            pthread_cond_wait(&pool->begin, &pool->lock);
        pthread_mutex_unlock(&pool->lock);
    }
    *seen = atomic_load(&pool->round);
    return !atomic_load(&pool->stop);
}

static void *work(void *context) {
    const worker *self = context;
    pool *pool = self->pool;
    size_t seen = 0;
    while (await_round(pool, &seen)) {
        take_tasks(pool, self->index);
        pthread_mutex_lock(&pool->lock);
        if (atomic_fetch_sub(&pool->working, 1) == 1)
            pthread_cond_signal(&pool->done);
        pthread_mutex_unlock(&pool->lock);
    }
    return NULL;
}

static void await_workers(pool *pool) {
    for (size_t i = 0; i < pool->spins && atomic_load(&pool->working); i++)
        relax(i);
    if (!atomic_load(&pool->working))
        return;
    pthread_mutex_lock(&pool->lock);
    while (atomic_load(&pool->working))
        pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

/* Those this process may use, which can be fewer than there are: taskset and containers set a mask,
 * containers a quota as well. More than 1024 do not fit the set: then one thread. */
size_t cnn_processor_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    const size_t mask = (size_t)CPU_COUNT(&set), quota = quota_processors("");
    return quota < mask ? quota : mask;
}

/* How many forks lie behind this process. Counted, as to ask the system who one is would cost each
 * round a call. */
static atomic_size_t forks;
static pthread_once_t forks_watched = PTHREAD_ONCE_INIT;
static int forks_problem;

static void count_fork(void) {
    atomic_fetch_add(&forks, 1);
}

static void watch_forks(void) {
    forks_problem = pthread_atfork(NULL, NULL, count_fork);
}

/* Did the threads stay behind, with the process that started them? */
static bool forked(const pool *pool) {
    return atomic_load_explicit(&forks, memory_order_relaxed) != pool->forks;
}

/* Starts all, or as many as there can be if none was asked for by number, or fails; those started
 * before a failure are for pool_free() to end. */
static bool start_workers(pool *pool, bool by_number, cnn_error *error) {
    while (pool->started < pool->threads - 1) {
        worker *worker = &pool->workers[pool->started + 1];
        worker->pool = pool;
        worker->index = pool->started + 1;
        const int problem = pthread_create(&worker->thread, NULL, work, worker);
        if (problem && !by_number) {
            pool->threads = pool->started + 1;
            return true;
        }
        if (problem)
            return error_set(error, CNN_STATUS_NO_MEMORY, "cannot start thread %zu of %zu: %s",
                             pool->started + 2, pool->threads, strerror(problem));
        pool->started++;
    }
    return true;
}

/* Without it a child would wait for threads that it does not have. */
static bool forks_counted(cnn_error *error) {
    pthread_once(&forks_watched, watch_forks);
    return !forks_problem || error_set(error, CNN_STATUS_NO_MEMORY, "cannot start threads: %s",
                                       strerror(forks_problem));
}

pool *pool_create(size_t threads, cnn_error *error) {
    if (!forks_counted(error))
        return NULL;
    pool *pool = memory_new(1, sizeof *pool, error);
    if (!pool)
        return NULL;
    const size_t processors = cnn_processor_count();
    pool->forks = atomic_load(&forks);
    pool->threads = threads ? threads : processors;
    pool->spins = pool->threads <= processors ? SPIN_LIMIT : 0;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->begin, NULL);
    pthread_cond_init(&pool->done, NULL);
    pool->workers = memory_new(pool->threads, sizeof *pool->workers, error);
    if (!pool->workers || !start_workers(pool, threads > 0, error)) {
        pool_free(pool);
        return NULL;
    }
    return pool;
}

static void end_workers(pool *pool) {
    pthread_mutex_lock(&pool->lock);
    pool->stop = true;
    pthread_cond_broadcast(&pool->begin);
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i < pool->started; i++)
        pthread_join(pool->workers[i + 1].thread, NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->begin);
    pthread_mutex_destroy(&pool->lock);
}

void pool_free(pool *pool) {
    if (!pool)
        return;
    if (!forked(pool))
        end_workers(pool);
    free(pool->workers);
    free(pool);
}

size_t pool_threads(const pool *pool) {
    return forked(pool) ? 1 : pool->threads;
}

void pool_run(pool *pool, size_t count, pool_task task, void *context) {
    if (forked(pool)) {
        for (size_t i = 0; i < count; i++)
            task(context, i, 0);
        return;
    }
    pool->task = task;
    pool->context = context;
    share_out(pool, count);
    /* Nobody can help with one task. */
    if (count > 1 && pool->started) {
        pthread_mutex_lock(&pool->lock);
        /* Each worker is counted in, whether it will find a task or not. */
        atomic_store(&pool->working, pool->started);
        atomic_fetch_add(&pool->round, 1);
        pthread_cond_broadcast(&pool->begin);
        pthread_mutex_unlock(&pool->lock);
    }
    take_tasks(pool, 0);
    await_workers(pool);
}
