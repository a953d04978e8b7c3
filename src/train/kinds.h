/* The tables of optimizers and schedules: what the library knows of one stands in its row. A
 * trainer, checkpoints, the command and its completions read the row; a new one is a value at the
 * end of its enum and a row here. */
#ifndef TRAIN_KINDS_H
#define TRAIN_KINDS_H

#include "trainer.h"

enum { OPTIMIZER_KEPT_MAX = 2 };

typedef struct optimizer_row {
    const char *name; /* in commands and files */
    /* What is wrong with the rates that are this one's own, or NULL. */
    const char *(*problem)(const cnn_optimizer *optimizer);
    /* Moves these parameters by trainer->now, and what is kept for them. */
    void (*update)(const cnn_trainer *trainer, range elements);
    /* What it keeps: so many arrays of one number a parameter, trainer->first and second, which
     * begin as 0. The names are the suffixes of PyTorch's names. */
    const char *kept[OPTIMIZER_KEPT_MAX];
    size_t momentum; /* the rate that a cycle moves against the learning rate: its offset */
    bool corrected;  /* what it keeps are means that begin at 0, divided by bias_correction() */
} optimizer_row;

typedef struct schedule_row {
    const char *name;
    /* NULL: any settings are fine. */
    const char *(*problem)(const cnn_schedule *schedule, const cnn_optimizer *optimizer);
    /* Sets the rates of this step, from 0, in place of the base values. */
    void (*apply)(const cnn_schedule *schedule, uint64_t step, cnn_optimizer *optimizer);
} schedule_row;

/* Indexed by the enum. */
extern const optimizer_row optimizer_rows[];
extern const schedule_row schedule_rows[];
extern const size_t optimizer_row_count, schedule_row_count;

/* False for NaN. */
static inline bool within(double value, double low, double high) {
    return value >= low && value <= high;
}

/* The share of a mean's weights that is on numbers, and not on the 0 it began with. */
double bias_correction(double beta, uint64_t steps);

/* The rate that a cycle moves. */
static inline double *optimizer_momentum(cnn_optimizer *optimizer) {
    return (double *)((char *)optimizer + optimizer_rows[optimizer->kind].momentum);
}

#endif
