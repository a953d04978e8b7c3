/* Prints the results of `make bench` as tables. */
#include "results.h"

#include <stdio.h>

enum { EPOCH = 60000 };

void results_print_chip(const chip *chip) {
    printf("chip: %s, vectors of %zu floats (%s)\n\n", *chip->model ? chip->model : "unknown",
           chip->lanes, chip->vectors);
    printf("  %-22s %14s %11zu thread%s\n", "highest rates", "one thread", chip->threads,
           chip->threads == 1 ? "" : "s");
    printf("  %-22s %8.1f %14.1f        GFLOP/s\n", "fused multiply-adds",
           1e-9 * chip->flops[ONE_THREAD], 1e-9 * chip->flops[ALL_THREADS]);
    for (size_t i = 0; i < CHIP_LEVELS; i++) {
        const chip_level *l = &chip->levels[i];
        printf("  %-7s%-15s %8.1f %14.1f        GB/s, %zu kB\n", l->name, "read",
               1e-9 * l->read[ONE_THREAD], 1e-9 * l->read[ALL_THREADS], l->block >> 10);
        printf("  %-7s%-15s %8.1f %14.1f        GB/s\n", l->name, "a = b + s c",
               1e-9 * l->triad[ONE_THREAD], 1e-9 * l->triad[ALL_THREADS]);
    }
    if (chip->threads > 1)
        printf("  a line to another thread and back %11.0f        ns, at most %.0f\n",
               1e9 * chip->core_latency[0], 1e9 * chip->core_latency[1]);
}

static void print_passes(const char *title, const pass_table *table) {
    double seconds = 0, bound = 0;
    printf("\n%s\n  %-21s %-8s %9s %9s %9s %7s  %s\n", title, "", "", "time", "GFLOP/s", "bound",
           "share", "bound by");
    for (size_t i = 0; i < table->count; i++) {
        const pass_line *l = &table->lines[i];
        seconds += l->seconds;
        bound += l->bound.seconds;
        printf("  %-21s %-8s %9.2f", l->name, l->pass, 1e6 * l->seconds);
        if (l->multiply_adds > 0)
            printf(" %9.1f", 2e-9 * l->multiply_adds / l->seconds);
        else
            printf(" %9s", "-");
        if (l->bound.seconds > 0)
            printf(" %9.2f %5.0f %%  %s\n", 1e6 * l->bound.seconds,
                   100 * l->bound.seconds / l->seconds, l->bound.by);
        else
            printf(" %9s %7s\n", "-", "-");
    }
    printf("  %-30s %9.2f %9s %9.2f %5.0f %%\n", "all", 1e6 * seconds, "", 1e6 * bound,
           100 * bound / seconds);
}

static void print_step(const step_line *l) {
    printf("  %5zu %7zu ", l->batch, l->threads);
    for (size_t i = 0; i < PHASES; i++)
        printf(" %8.2f", 1e6 * l->phases[i]);
    printf(" %8.2f %8.2f %8.2f %8.2f %9.0f %8.2f\n", 1e6 * l->waiting, 1e6 * l->seconds,
           1e6 * l->bound, 1e6 * (l->seconds - l->bound), 1 / l->seconds, EPOCH * l->seconds);
}

void results_print(const results *r) {
    printf("\n%s on %s images; times in microseconds for one image, medians of %d rounds\n",
           r->network, r->real ? "MNIST" : "made-up", BENCH_MODEL_ROUNDS);
    printf("needed work: nothing with padding, nothing with zeros of the gradient; batch %zu, one "
           "thread\n",
           r->batch);
    print_passes("each layer by itself", &r->layers);
    print_passes("layers computed together", &r->blocks);
    printf("\ntraining steps\n  %5s %7s ", "batch", "threads");
    for (size_t i = 0; i < PHASES; i++)
        printf(" %8s", phase_names[i]);
    printf(" %8s %8s %8s %8s %9s %8s\n", "waiting", "all", "bound", "left", "images/s", "epoch s");
    for (size_t i = 0; i < STEP_LINES; i++)
        print_step(&r->steps[i]);
    printf(
        "\nbound: the sum of what each pass must take; left: all - bound; epoch: 60,000 images\n");
}
