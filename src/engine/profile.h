/* Where the time of a model goes, for those who asked by the option `profile`. Each
 * thread adds to slots of its own; they are summed when they are asked for. */
#ifndef ENGINE_PROFILE_H
#define ENGINE_PROFILE_H

#include "model.h"

/* What a thread is busy with. SUMS: adding up what shards left. UPDATE: moving parameters whose
 * gradients are finished. */
typedef enum profile_pass {
    PASS_FORWARD,
    PASS_INPUT,
    PASS_WEIGHTS,
    PASS_SUMS,
    PASS_UPDATE,
    PROFILE_PASSES
} profile_pass;

/* The rows after those of the fusions. */
typedef enum profile_part { PART_GATHER, PART_LOSS, PART_UPDATE, PROFILE_PARTS } profile_part;

static inline size_t profile_rows(const cnn_model *model) {
    return model->fusion_count + PROFILE_PARTS;
}

static inline size_t profile_part_row(const cnn_model *model, profile_part part) {
    return model->fusion_count + part;
}

/* How many slots the model needs, [threads][profile_rows()][PROFILE_PASSES]; 0 without the option.
 */
size_t profile_slots(const cnn_model *model);

/* Now, in nanoseconds, or 0 without the option. */
uint64_t profile_begin(const cnn_model *model);
/* Adds the time since then, and these images, to what thread `worker` of the pool has done. Returns
 * now. */
uint64_t profile_end(const cnn_model *model, uint64_t begun, size_t worker, size_t row,
                     profile_pass pass, size_t images);
/* Now and then counts what this image of a fusion's backward pass needs. */
void profile_work(const cnn_model *model, size_t worker, size_t row, profile_pass pass,
                  const op_args *t, size_t image);

/* pool_run() that sets down the time of all threads in it, busy or not. */
void profile_run(cnn_model *model, size_t count, pool_task task, void *context);

#endif
