/* The inside of a run. Between two steps, everything that decides how it goes on stands here, in
 * its trainer and in the parameters of its model: that is what a checkpoint holds. */
#ifndef TRAIN_RUN_H
#define TRAIN_RUN_H

#include "random.h"
#include "trainer.h"

/* How far a run has come. */
typedef struct run_progress {
    size_t epoch;        /* whole epochs behind it */
    size_t images;       /* trained on in the next one; 0: their order is not drawn yet */
    double loss_sum;     /* of these images, while the parameters moved */
    double seconds;      /* that they took */
    random_state random; /* of the order of the images */
} run_progress;

/* Tells data sets apart. Zeros stand for no data set, and for one not looked at yet. */
typedef struct run_data {
    size_t images, pixels, labels; /* how many; CRC-32 of all */
} run_data;

struct cnn_run {
    cnn_model *model; /* borrowed, as the data sets are */
    const cnn_dataset *train, *test;
    run_data train_data, test_data; /* filled in by the first save */
    cnn_train_options options;
    cnn_trainer *trainer;           /* owned, as what follows */
    uint32_t *order;                /* [images] to train on, then [held_out] to validate */
    size_t images, held_out, steps; /* steps: of one epoch */
    run_progress progress;
    cnn_epoch *history;      /* [progress.epoch] */
    size_t history_capacity; /* entries there is memory for */
    char *note;              /* or NULL */
    bool busy;               /* in cnn_run_train(), whose callback may call the library */
};

/* How many of so many training images these options hold out. Refused: what makes no sense. */
bool run_holds_out(const cnn_train_options *options, size_t images, size_t *held_out,
                   cnn_error *error);

/* The schedule with what it leaves to the run: `steps` is that of an epoch. */
cnn_schedule run_schedule(const cnn_train_options *options, size_t steps);

/* Room for so many epochs in the history. On failure it is as before. */
bool run_reserve(cnn_run *run, size_t epochs, cnn_error *error);

#endif
