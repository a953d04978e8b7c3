/* The work of a model on a batch, as a list of steps. It depends only on the network, back end,
 * number of threads, number of images and phase, and can be printed and tested without computing
 * anything (program_info.c, cnn info --program). execute.c runs it.
 *
 * Steps between two barriers form a round: all of them are cut into the same number of tasks, and a
 * task runs its share of one step after the other without waiting for other tasks. Cuts never
 * change a sum: sums end with shards, which depend on the number of images alone. */
#ifndef ENGINE_PROGRAM_H
#define ENGINE_PROGRAM_H

#include "model.h"

typedef struct step {
    cnn_work work;
    cnn_cut cut;
    size_t fusion; /* of the model */
    bool barrier;  /* threads synchronize before it: a round begins */
    size_t tasks;
    /* CNN_CUT_SPLITS: task t computes split t % splits of batch part t / splits. */
    size_t splits;
    size_t tile; /* images at a time, alternating with neighboring steps of this tile; 0: all */
} step;

/* Maximum number of steps for this many fusions. */
size_t program_steps_most(size_t fusions);

/* Writes the steps for `images` images, at least 1; returns their number. */
size_t program_compile(const cnn_model *model, cnn_program which, size_t images, step *steps);

/* Images of part `part` of `parts`: complete shards, unless there are more parts than shards. */
range program_images(size_t images, size_t parts, size_t part);
/* The shards of that part. */
range program_shards(size_t images, size_t parts, size_t part);

#endif
