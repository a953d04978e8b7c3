/* The internal form of a trainer: an optimizer's state for the parameters of one model. */
#ifndef TRAIN_TRAINER_H
#define TRAIN_TRAINER_H

#include "model.h"

struct cnn_trainer {
    cnn_model *model;        /* borrowed: must outlive the trainer */
    cnn_optimizer optimizer; /* base values, from which the schedule computes those of a step */
    cnn_schedule schedule;
    uint64_t steps;    /* taken so far; only cnn_trainer_update() increments it */
    float *moment1;    /* velocity, or Adam's m: one number per parameter, in the same order */
    float *moment2;    /* Adam's v */
    cnn_optimizer now; /* the rates of the current step */
};

/* Why no trainer can be made with them, or NULL. */
const char *trainer_problem(const cnn_optimizer *optimizer, const cnn_schedule *schedule);

#endif
