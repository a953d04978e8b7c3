/* One checkpoint of a small run, for tests to damage and to resume. */
#ifndef TESTS_ONE_CHECKPOINT_H
#define TESTS_ONE_CHECKPOINT_H

#include "cnn.h"

/* Stopped after this step, the second of three in its third epoch. */
enum {
    ONE_CHECKPOINT_STEP = 8,
    ONE_CHECKPOINT_BATCH = 16,
    ONE_CHECKPOINT_IMAGES = 60,
    ONE_CHECKPOINT_HELD_OUT = 12
};

/* Set up and torn down for a group of tests. */
int one_checkpoint_make(void **state);
int one_checkpoint_free(void **state);

/* The bytes, with the note "a note", and the images. */
extern uint8_t *one_checkpoint;
extern size_t one_checkpoint_size;
extern cnn_dataset *one_checkpoint_train, *one_checkpoint_test;

/* Makes a run like that one at its start; *run, which the run's callback reads, is the same. */
cnn_run *one_checkpoint_run(cnn_model *model, cnn_run **run, cnn_error *error);

#endif
