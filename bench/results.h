/* Results of `make bench` for one network, and functions that print them. */
#ifndef BENCH_RESULTS_H
#define BENCH_RESULTS_H

#include "bound.h"

#include <jansson.h>

/* One pass of one layer or fusion on one thread; seconds per image. */
typedef struct pass_line {
    char name[3 * CNN_NAME_SIZE];
    const char *pass; /* forward, dx, dw */
    double seconds, multiply_adds;
    bound bound;
} pass_line;

typedef struct pass_table {
    pass_line *lines; /* [count], owned */
    size_t count;
} pass_table;

enum { PHASE_GATHER, PHASE_FORWARD, PHASE_LOSS, PHASE_BACKWARD, PHASE_SUMS, PHASE_UPDATE, PHASES };
extern const char *const phase_names[PHASES];

/* Training steps of one batch size; wall-clock seconds per image. */
typedef struct step_line {
    size_t batch, threads;
    double phases[PHASES]; /* the work of all threads, divided evenly */
    double waiting;        /* the rest of `seconds` */
    double seconds, bound;
} step_line;

enum { STEP_LINES = 6 };
typedef struct results {
    const char *network; /* borrowed */
    bool real;           /* images of data/mnist, not synthetic */
    size_t batch;        /* of both tables */
    pass_table layers, blocks;
    step_line steps[STEP_LINES];
} results;

pass_table results_passes(const chip *chip, const bench_model *tested, size_t batch);
step_line results_step(const chip *chip, const bench_model *tested, size_t batch,
                       size_t threads_kind);

void results_print_chip(const chip *chip);
void results_print(const results *results);
json_t *results_chip_json(const chip *chip);
json_t *results_json(const results *results);

#endif
