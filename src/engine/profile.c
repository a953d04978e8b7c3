/* Measures the times of a model's tasks and adds them up into rows. */
#include "profile.h"

#include "clock.h"
#include "needed.h"

#include <stdio.h>

/* Needed work is counted in one of this many backward passes, for one image per call. */
enum { COUNT_EVERY = 8 };

size_t profile_slots(const cnn_model *model) {
    return model->options.profile ? model->threads * profile_rows(model) * PROFILE_PASSES : 0;
}

uint64_t profile_begin(const cnn_model *model) {
    return model->options.profile ? clock_nanoseconds() : 0;
}

static profile_slot *slot_of(const cnn_model *model, size_t worker, size_t row, profile_pass pass) {
    return &model->profile[(worker * profile_rows(model) + row) * PROFILE_PASSES + pass];
}

uint64_t profile_end(const cnn_model *model, uint64_t begun, size_t worker, size_t row,
                     profile_pass pass, size_t images) {
    if (!model->options.profile)
        return 0;
    const uint64_t now = profile_begin(model);
    profile_slot *slot = slot_of(model, worker, row, pass);
    slot->nanoseconds += now - begun;
    slot->images += images;
    return now;
}

void profile_work(const cnn_model *model, size_t worker, size_t row, profile_pass pass,
                  const op_args *t, size_t image) {
    if (!model->options.profile || model->backward_passes % COUNT_EVERY)
        return;
    profile_slot *slot = slot_of(model, worker, row, pass);
    slot->multiply_adds += needed_backward(model->network, &model->fusions[row], t, image);
    slot->counted++;
}

void profile_run(cnn_model *model, size_t count, pool_task task, void *context) {
    const uint64_t begun = profile_begin(model);
    pool_run(model->pool, count, task, context);
    if (begun)
        model->thread_time += (profile_begin(model) - begun) * pool_threads(model->pool);
}

/* Sum over all threads of one row and pass. */
static cnn_profile_pass sum_of(const cnn_model *model, size_t row, profile_pass pass) {
    profile_slot sum = {0};
    for (size_t worker = 0; model->options.profile && worker < model->threads; worker++) {
        const profile_slot *slot = slot_of(model, worker, row, pass);
        sum.nanoseconds += slot->nanoseconds;
        sum.images += slot->images;
        sum.multiply_adds += slot->multiply_adds;
        sum.counted += slot->counted;
    }
    const double each = sum.counted ? sum.multiply_adds / (double)sum.counted : 0;
    return (cnn_profile_pass){1e-9 * (double)sum.nanoseconds, each * (double)sum.images,
                              sum.images};
}

/* Sum over all fusions of one pass. */
static cnn_profile_pass sum_of_fusions(const cnn_model *model, profile_pass pass) {
    cnn_profile_pass sum = {0};
    for (size_t i = 0; i < model->fusion_count; i++) {
        const cnn_profile_pass one = sum_of(model, i, pass);
        sum.seconds += one.seconds;
        sum.images = one.images > sum.images ? one.images : sum.images;
    }
    return sum;
}

static cnn_profile_row part_row(const cnn_model *model, profile_part part) {
    static const char *const names[] = {"gather", "loss", "update"};
    static const cnn_profile_part parts[] = {CNN_PROFILE_GATHER, CNN_PROFILE_LOSS,
                                             CNN_PROFILE_UPDATE};
    const size_t row = profile_part_row(model, part);
    cnn_profile_row r = {.part = parts[part],
                         .forward = sum_of(model, row, PASS_FORWARD),
                         .input = sum_of(model, row, PASS_INPUT),
                         .weights = sum_of(model, row, PASS_WEIGHTS)};
    snprintf(r.name, sizeof r.name, "%s", names[part]);
    if (part == PART_UPDATE)
        r.weights.seconds += sum_of_fusions(model, PASS_UPDATE).seconds;
    return r;
}

static cnn_profile_row row_of(const cnn_model *model, size_t row) {
    cnn_profile_row r = {.forward = sum_of(model, row, PASS_FORWARD),
                         .input = sum_of(model, row, PASS_INPUT),
                         .weights = sum_of(model, row, PASS_WEIGHTS)};
    r.first = model->fusions[row].first;
    r.last = model->fusions[row].last;
    r.forward.multiply_adds =
        needed_forward(model->network, &model->fusions[row]) * (double)r.forward.images;
    for (size_t i = r.first, used = 0; i <= r.last && used < sizeof r.name; i++)
        used += (size_t)snprintf(r.name + used, sizeof r.name - used, "%s%s",
                                 i > r.first ? " " : "", model->network->layers[i].name);
    return r;
}

/* Adding up the shards' sums, for all layers. */
static cnn_profile_row sums_row(const cnn_model *model) {
    return (cnn_profile_row){.part = CNN_PROFILE_REDUCE,
                             .name = "reduce",
                             .weights = sum_of_fusions(model, PASS_REDUCE)};
}

/* Time that threads did not use. */
static cnn_profile_row waiting_row(const cnn_model *model) {
    cnn_profile_row r = {.part = CNN_PROFILE_WAITING, .name = "waiting"};
    double left = 1e-9 * (double)model->thread_time;
    for (size_t row = 0; row < profile_rows(model); row++)
        for (int pass = 0; pass < PROFILE_PASSES; pass++)
            left -= sum_of(model, row, (profile_pass)pass).seconds;
    /* Images of training, if there was any. */
    r.weights.images = sum_of(model, profile_part_row(model, PART_LOSS), PASS_INPUT).images;
    cnn_profile_pass *pass = r.weights.images ? &r.weights : &r.forward;
    pass->seconds = left > 0 ? left : 0;
    pass->images = sum_of(model, profile_part_row(model, PART_LOSS),
                          r.weights.images ? PASS_INPUT : PASS_FORWARD)
                       .images;
    return r;
}

static cnn_profile_row any_row(const cnn_model *model, size_t i) {
    if (i < model->fusion_count)
        return row_of(model, i);
    if (i < profile_rows(model))
        return part_row(model, (profile_part)(i - model->fusion_count));
    return i == profile_rows(model) ? sums_row(model) : waiting_row(model);
}

size_t cnn_model_profile(const cnn_model *model, cnn_profile_row *rows, size_t count) {
    if (!model)
        return 0;
    const size_t all = profile_rows(model) + 2;
    for (size_t i = 0; rows && i < all && i < count; i++)
        rows[i] = any_row(model, i);
    return all;
}
