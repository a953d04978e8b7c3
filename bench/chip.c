/* Measures the chip with loops built for each instruction set, keeping the highest rate of several
 * tries. */
#include "chip.h"

#include "clock.h"
#include "core_latency.h"
#include "loops.h"
#include "memory.h"
#include "serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 3 };
/* Duration of one try: long compared with starting threads, short compared with other processes. */
static const double try_seconds = 0.02;

static const loops *widest(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f"))
        return &loops_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &loops_avx2;
#endif
    return &loops_plain;
}

/* One kind of work, divided evenly: each thread has its own block. */
typedef struct work {
    const loops *loops;
    void (*task)(const struct work *work, size_t thread);
    size_t times, count; /* repetitions; floats of a thread in each array */
    float *a, *b, *c;
} work;

/* Keeps the compiler from removing unused results. */
static _Thread_local volatile float sink;

static void multiply_adds(const work *w, size_t thread) {
    (void)thread;
    sink = w->loops->multiply_add(w->times);
}

static void reads(const work *w, size_t thread) {
    for (size_t i = 0; i < w->times; i++)
        sink = w->loops->read(w->a + thread * w->count, w->count);
}

static void triads(const work *w, size_t thread) {
    const size_t at = thread * w->count;
    for (size_t i = 0; i < w->times; i++)
        w->loops->triad(w->a + at, w->b + at, w->c + at, 0.5f, w->count);
}

static void run_task(void *context, size_t thread, size_t worker) {
    (void)worker;
    const work *w = context;
    w->task(w, thread);
}

static double seconds_of(work *w, pool *pool) {
    const double begun = clock_seconds();
    pool_run(pool, pool_threads(pool), run_task, w);
    return clock_seconds() - begun;
}

/* Repetitions per second of each thread, in the best try. */
static double best_rate(work *w, pool *pool) {
    double best = 0;
    w->times = 1;
    while (seconds_of(w, pool) < try_seconds / 2)
        w->times *= 2;
    for (size_t i = 0; i < TRIES; i++) {
        const double rate = (double)w->times / seconds_of(w, pool);
        best = rate > best ? rate : best;
    }
    return best;
}

static double flops(const loops *loops, pool *pool) {
    work w = {.loops = loops, .task = multiply_adds};
    const double each = 2.0 * LOOPS_CHAINS * (double)loops->lanes;
    return best_rate(&w, pool) * each * (double)pool_threads(pool);
}

/* Arrays of `block` bytes over all threads: one array to read, or three of a third for a triad. */
static double bandwidth(const loops *loops, pool *pool, size_t block, size_t arrays, float *space) {
    const size_t threads = pool_threads(pool), line = MEMORY_LINE / sizeof(float);
    const size_t count = block / sizeof(float) / arrays / threads / line * line;
    work w = {.loops = loops, .count = count, .a = space};
    w.task = arrays == 1 ? reads : triads;
    w.b = w.a + count * threads;
    w.c = w.b + count * threads;
    return best_rate(&w, pool) * (double)(count * arrays * threads * sizeof(float));
}

/* From the system, in kB: the cache that one processor uses, not the sum over the machine. */
static size_t cache_size(int level, size_t otherwise) {
    char path[80];
    size_t size = 0;
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/size", level);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%zuK", &size) != 1)
        size = 0;
    if (file)
        fclose(file);
    return size ? size << 10 : otherwise;
}

/* Measures a cache level with half of its size, and memory with four times the largest cache. */
static void set_levels(chip *chip) {
    const size_t l2 = cache_size(2, 512u << 10) * chip->threads;
    size_t l3 = cache_size(3, 8u << 20);
    l3 = l3 > 2 * l2 ? l3 : 2 * l2;
    const size_t far = 4 * l3 < 64u << 20 ? 64u << 20 : 4 * l3 > 512u << 20 ? 512u << 20 : 4 * l3;
    chip->levels[CHIP_L2] = (chip_level){.name = "L2", .block = l2 / 2, .holds = l2};
    chip->levels[CHIP_L3] = (chip_level){.name = "L3", .block = l3 / 4, .holds = l3};
    chip->levels[CHIP_MEMORY] = (chip_level){.name = "memory", .block = far, .holds = SIZE_MAX};
}

static void read_model(chip *chip) {
    char line[160];
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file && fgets(line, sizeof line, file)) {
        const char *name = strchr(line, ':');
        if (strncmp(line, "model name", 10) || !name)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(chip->model, sizeof chip->model, "%.90s", name + 2);
        break;
    }
    if (file)
        fclose(file);
}

chip chip_create(void) {
    chip chip = {.loops = widest()};
    for (size_t kind = 0; kind < THREADS_KINDS; kind++)
        chip.pools[kind] = serve_need(pool_create(kind == ONE_THREAD, NULL), "no threads");
    chip.vectors = chip.loops->name;
    chip.lanes = chip.loops->lanes;
    chip.threads = pool_threads(chip.pools[ALL_THREADS]);
    read_model(&chip);
    set_levels(&chip);
    chip.space =
        serve_need(memory_new(chip.levels[CHIP_MEMORY].block, 1, NULL), "no memory for a block");
    return chip;
}

void chip_free(chip *chip) {
    for (size_t kind = 0; kind < THREADS_KINDS; kind++)
        pool_free(chip->pools[kind]);
    free(chip->space);
}

static void keep_higher(double *rate, double measured) {
    *rate = measured > *rate ? measured : *rate;
}

static void measure_core_latency(chip *chip) {
    const double seconds = core_latency_seconds(chip->pools[ALL_THREADS]);
    double *least = &chip->core_latency[0], *most = &chip->core_latency[1];
    *least = *least == 0 || seconds < *least ? seconds : *least;
    *most = seconds > *most ? seconds : *most;
}

void chip_round(chip *chip) {
    measure_core_latency(chip);
    for (size_t kind = 0; kind < THREADS_KINDS; kind++) {
        pool *pool = chip->pools[kind];
        keep_higher(&chip->flops[kind], flops(chip->loops, pool));
        for (size_t i = 0; i < CHIP_LEVELS; i++) {
            chip_level *level = &chip->levels[i];
            /* A single thread has only its own L2. */
            const bool own = i == CHIP_L2 && kind == ONE_THREAD;
            const size_t block = own ? level->block / chip->threads : level->block;
            keep_higher(&level->read[kind], bandwidth(chip->loops, pool, block, 1, chip->space));
            keep_higher(&level->triad[kind], bandwidth(chip->loops, pool, block, 3, chip->space));
        }
    }
}

double chip_bandwidth(const chip *chip, size_t kind, double bytes) {
    size_t i = 0;
    const double parts = kind == ONE_THREAD ? (double)chip->threads : 1;
    while (i + 1 < CHIP_LEVELS &&
           bytes > (double)chip->levels[i].holds / (i == CHIP_L2 ? parts : 1))
        i++;
    const double read = chip->levels[i].read[kind], triad = chip->levels[i].triad[kind];
    return read > triad ? read : triad;
}
