/* A thread pool: workers wait until a round begins, then claim task indices until all are taken;
 * the caller participates. Each thread has a range of indices, the same in every round with as many
 * tasks, so that it finds its earlier results in its own cache: fetching them from a distant core's
 * takes hundreds of nanoseconds. When its own tasks are done it takes some of the others' (work
 * stealing): a descheduled thread does less. A round ends when every worker has reported, even one
 * too late for a task, so none can still be running when the next round changes its inputs.
 *
 * Rounds of one step follow each other within microseconds, and waking a thread takes longer: so a
 * thread spins for a while before it sleeps. With more threads than processors it sleeps at once,
 * since spinning would only keep the others from running.
 *
 * After fork() a process has only the calling thread: the child's copy of a pool runs all tasks on
 * it, and does not touch the lock or the workers, whose state is undefined. */
#define _GNU_SOURCE
#include "pool.h"

#include "memory.h"
#include "quota.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Iterations before a thread sleeps: a few tenths of a millisecond. */
enum { SPIN_LIMIT = 5000 };

/* A thread and its tasks in this round. */
typedef struct worker {
    pool *pool;
    pthread_t thread;
    size_t index;
    atomic_size_t next; /* the first unclaimed task of its range; ends beyond last */
    size_t last;        /* end of its range */
    char apart[128];    /* padding: other threads write to their own cache lines */
} worker;

struct pool {
    size_t forks;         /* number of forks when the threads were started */
    size_t threads;       /* including the caller's */
    size_t spins;         /* SPIN_LIMIT or 0 */
    worker *workers;      /* [threads]; the first is the caller's, not a thread of the pool */
    size_t started;       /* threads started, without the caller's */
    pthread_mutex_t lock; /* for sleeping threads; the counters change under it */
    pthread_cond_t begin, done;
    atomic_size_t round;   /* counts calls of pool_run, so that no worker runs one twice */
    atomic_size_t working; /* workers that have not finished this round */
    atomic_bool stop;
    /* For this round. Workers read them without the lock: they change only between rounds. */
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

/* Hints to the processor that this is a spin loop, and sometimes yields: the awaited thread may
 * need this very processor. */
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

/* Waits for a round after `seen`; false when the pool ends. It compares round numbers: a round that
 * began before the worker got here is still seen, and a spurious wakeup, which POSIX allows, just
 * waits again. */
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

/* The processors of this process, which can be fewer than the machine's: taskset and containers set
 * an affinity mask, containers a quota as well. More than 1024 do not fit the set; the result is
 * then 1. */
size_t cnn_processor_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    const size_t mask = (size_t)CPU_COUNT(&set), quota = quota_processors("");
    return quota < mask ? quota : mask;
}

/* Counts the forks up to this process. Asking the system for the process id would cost a call per
 * round. */
static atomic_size_t forks;
static pthread_once_t forks_watched = PTHREAD_ONCE_INIT;
static int forks_problem;

static void count_fork(void) {
    atomic_fetch_add(&forks, 1);
}

static void watch_forks(void) {
    forks_problem = pthread_atfork(NULL, NULL, count_fork);
}

/* Whether the threads belong to a parent process. */
static bool forked(const pool *pool) {
    return atomic_load_explicit(&forks, memory_order_relaxed) != pool->forks;
}

/* Starts all workers. If no number was requested, fewer will do; otherwise that is an error.
 * pool_free() ends those started before a failure. */
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

/* Without it a child would wait for threads that do not exist there. */
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
    /* A single task needs no workers. */
    if (count > 1 && pool->started) {
        pthread_mutex_lock(&pool->lock);
        /* Every worker is counted, whether or not it will find a task. */
        atomic_store(&pool->working, pool->started);
        atomic_fetch_add(&pool->round, 1);
        pthread_cond_broadcast(&pool->begin);
        pthread_mutex_unlock(&pool->lock);
    }
    take_tasks(pool, 0);
    await_workers(pool);
}
