/* What a model does with a batch, as a list of steps. It follows from the network, the back end,
 * the number of threads, the number of images and the phase alone, and can be printed and tested
 * without computing a number (program_info.c, cnn info --program). execute.c runs it.
 *
 * Steps between two meetings are a round: all of them are cut into the same number of tasks, and a
 * task runs its share of each step in turn, without waiting for another task. How a step is cut
 * never changes a sum: sums end with shards, which follow from the number of images alone. */
#ifndef ENGINE_PROGRAM_H
#define ENGINE_PROGRAM_H

#include "model.h"

typedef struct step {
    cnn_work work;
    cnn_cut cut;
    size_t fusion; /* of the model */
    bool barrier;  /* threads wait for each other before it: a round begins */
    size_t tasks;
    /* CNN_CUT_SPLITS: task t is split t % splits of batch part t / splits of tasks / splits. */
    size_t splits;
    size_t tile; /* images at a time, with the steps around it of the same tile; 0: all at once */
} step;

/* Steps of the longest program of a model with so many fusions. */
size_t program_steps_most(size_t fusions);

/* Writes the steps for so many images, at least 1; returns how many there are. */
size_t program_compile(const cnn_model *model, cnn_program which, size_t images, step *steps);

/* Images of part `part` of `parts`: whole shards where there are not more parts than shards. */
range program_images(size_t images, size_t parts, size_t part);
/* The shards of such a part. */
range program_shards(size_t images, size_t parts, size_t part);

#endif
