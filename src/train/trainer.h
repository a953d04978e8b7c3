/* The inside of a trainer: an optimizer's state, in step with one model's parameters. */
#ifndef TRAIN_TRAINER_H
#define TRAIN_TRAINER_H

#include "model.h"

struct cnn_trainer {
    cnn_model *model;        /* borrowed: must outlive the trainer */
    cnn_optimizer optimizer; /* base values; the schedule says what a step makes of them */
    cnn_schedule schedule;
    uint64_t steps;    /* taken so far; cnn_trainer_update() alone counts */
    float *moment1;    /* velocity, or Adam's m: one number a parameter, in the same places */
    float *moment2;    /* Adam's v */
    cnn_optimizer now; /* the rates of the step being taken */
};

/* Why no trainer can be made of them, or NULL. */
const char *trainer_problem(const cnn_optimizer *optimizer, const cnn_schedule *schedule);

#endif
