/* The tables of optimizers and schedules: everything the library knows about one is in its row.
 * Trainer, checkpoints, the command and its completions read the row; a new one is a value at the
 * end of its enum and a row here. */
#ifndef TRAIN_KINDS_H
#define TRAIN_KINDS_H

#include "trainer.h"

enum { OPTIMIZER_KEPT_MAX = 2 };

typedef struct optimizer_row {
    const char *name; /* in commands and files */
    /* The error in this optimizer's own options, or NULL. */
    const char *(*problem)(const cnn_optimizer *optimizer);
    /* Updates these parameters and their state with the rates in trainer->now. */
    void (*update)(const cnn_trainer *trainer, range elements);
    /* Its state: arrays with one number per parameter, trainer->moment1 and moment2, initially 0.
     * The names are the suffixes of PyTorch's names. */
    const char *kept[OPTIMIZER_KEPT_MAX];
    size_t momentum; /* offset of the rate that cycles opposite to the learning rate */
    bool corrected;  /* its state are means that begin at 0, divided by bias_correction() */
} optimizer_row;

typedef struct schedule_row {
    const char *name;
    /* NULL: all settings are valid. */
    const char *(*problem)(const cnn_schedule *schedule, const cnn_optimizer *optimizer);
    /* Replaces the base values by the rates of this step (from 0). */
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

/* The sum of the weights that a mean gives to the numbers after its initial 0. */
double bias_correction(double beta, uint64_t steps);

/* The rate that cycles opposite to the learning rate. */
static inline double *optimizer_momentum(cnn_optimizer *optimizer) {
    return (double *)((char *)optimizer + optimizer_rows[optimizer->kind].momentum);
}

#endif
