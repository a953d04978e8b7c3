/* Measures how a model spends its time, if the option `profile` is set. Each thread adds to its own
 * slots; queries sum them. */
#ifndef ENGINE_PROFILE_H
#define ENGINE_PROFILE_H

#include "model.h"

/* What a thread is doing. SUMS: adding up the shards' sums. UPDATE: updating parameters whose
 * gradients are final. */
typedef enum profile_pass {
    PASS_FORWARD,
    PASS_INPUT,
    PASS_WEIGHTS,
    PASS_REDUCE,
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

/* Number of slots of the model, [threads][profile_rows()][PROFILE_PASSES]; 0 without the option. */
size_t profile_slots(const cnn_model *model);

/* The current time in nanoseconds; 0 without the option. */
uint64_t profile_begin(const cnn_model *model);
/* Adds the time since `begun`, and these images, to thread `worker` of the pool. Returns the
 * current time. */
uint64_t profile_end(const cnn_model *model, uint64_t begun, size_t worker, size_t row,
                     profile_pass pass, size_t images);
/* Occasionally counts the work that this image needs in a fusion's backward pass. */
void profile_work(const cnn_model *model, size_t worker, size_t row, profile_pass pass,
                  const op_args *t, size_t image);

/* pool_run() that also records the time of all its threads, busy or not. */
void profile_run(cnn_model *model, size_t count, pool_task task, void *context);

#endif
