/* The internal form of a run. Between two steps, everything that determines its future is in this
 * struct, its trainer and the parameters of its model: a checkpoint holds exactly that. */
#ifndef TRAIN_RUN_H
#define TRAIN_RUN_H

#include "random.h"
#include "trainer.h"

/* The progress of a run. */
typedef struct run_progress {
    size_t epoch;        /* completed epochs */
    size_t images;       /* trained on in the current one; 0: their order is not drawn yet */
    double loss_sum;     /* over these images, while the parameters changed */
    double seconds;      /* spent on them */
    random_state random; /* for the order of the images */
} run_progress;

/* Identifies a data set. All zero: no data set, or not computed yet. */
typedef struct run_data {
    size_t images, pixels, labels; /* number of images; CRC-32 of all pixels and labels */
} run_data;

struct cnn_run {
    cnn_model *model; /* borrowed, like the data sets */
    const cnn_dataset *train, *test;
    run_data train_data, test_data; /* filled in by the first save */
    cnn_train_options options;
    cnn_trainer *trainer;           /* owned, like the following members */
    uint32_t *order;                /* [images] to train on, then [held_out] to validate */
    size_t images, held_out, steps; /* steps: per epoch */
    run_progress progress;
    cnn_epoch *history;      /* [progress.epoch] */
    size_t history_capacity; /* number of allocated entries */
    char *note;              /* or NULL */
    bool busy;               /* in cnn_run_train(), whose callback may call the library */
};

/* The number of `images` training images that these options hold out. Fails for invalid options. */
bool run_holds_out(const cnn_train_options *options, size_t images, size_t *held_out,
                   cnn_error *error);

/* The schedule with its unset fields filled in; `steps` is the number per epoch. */
cnn_schedule run_schedule(const cnn_train_options *options, size_t steps);

/* Makes room for `epochs` entries in the history. On failure it is unchanged. */
bool run_reserve(cnn_run *run, size_t epochs, cnn_error *error);

#endif
