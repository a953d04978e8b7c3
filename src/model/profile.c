#define _POSIX_C_SOURCE 200809L
#include "profile.h"

#include "needed.h"

#include <stdio.h>
#include <time.h>

/* Every so many backward passes the needed work is counted, on one image a task. */
enum { COUNT_EVERY = 8 };

size_t profile_slots(const cnn_model *model) {
    return model->options.profile ? PROFILE_TASKS * profile_rows(model) * PROFILE_PASSES : 0;
}

uint64_t profile_begin(const cnn_model *model) {
    struct timespec now;
    if (!model->options.profile)
        return 0;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static profile_slot *slot_of(const cnn_model *model, size_t task, size_t row, profile_pass pass) {
    return &model->profile[(task * profile_rows(model) + row) * PROFILE_PASSES + pass];
}

uint64_t profile_end(const cnn_model *model, uint64_t begun, size_t task, size_t row,
                     profile_pass pass, size_t images) {
    if (!model->options.profile)
        return 0;
    const uint64_t now = profile_begin(model);
    profile_slot *slot = slot_of(model, task, row, pass);
    slot->nanoseconds += now - begun;
    slot->images += images;
    return now;
}

void profile_work(const cnn_model *model, size_t task, size_t row, profile_pass pass,
                  const tensors *t, size_t image) {
    if (!model->options.profile || model->backward_passes % COUNT_EVERY)
        return;
    profile_slot *slot = slot_of(model, task, row, pass);
    slot->multiply_adds += needed_backward(model->network, &model->blocks[row], t, image);
    slot->counted++;
}

void profile_run(cnn_model *model, profile_way way, size_t count, pool_task task, void *context) {
    const uint64_t begun = profile_begin(model);
    pool_run(model->pool, count, task, context);
    if (begun)
        model->thread_time[way] += (profile_begin(model) - begun) * pool_threads(model->pool);
}

/* All tasks' slots of one row and pass. */
static cnn_profile_pass sum_of(const cnn_model *model, size_t row, profile_pass pass) {
    profile_slot sum = {0};
    for (size_t task = 0; model->options.profile && task < PROFILE_TASKS; task++) {
        const profile_slot *slot = slot_of(model, task, row, pass);
        sum.nanoseconds += slot->nanoseconds;
        sum.images += slot->images;
        sum.multiply_adds += slot->multiply_adds;
        sum.counted += slot->counted;
    }
    const double each = sum.counted ? sum.multiply_adds / (double)sum.counted : 0;
    return (cnn_profile_pass){1e-9 * (double)sum.nanoseconds, each * (double)sum.images,
                              sum.images};
}

static cnn_profile_row row_of(const cnn_model *model, size_t row) {
    static const char *const parts[] = {"gather", "loss", "update"};
    cnn_profile_row r = {.forward = sum_of(model, row, PASS_FORWARD),
                         .input = sum_of(model, row, PASS_INPUT),
                         .weights = sum_of(model, row, PASS_WEIGHTS)};
    if (row >= model->block_count) {
        snprintf(r.name, sizeof r.name, "%s", parts[row - model->block_count]);
        return r;
    }
    r.first = model->blocks[row].first;
    r.last = model->blocks[row].last;
    r.forward.multiply_adds =
        needed_forward(model->network, &model->blocks[row]) * (double)r.forward.images;
    for (size_t i = r.first, used = 0; i <= r.last && used < sizeof r.name; i++)
        used += (size_t)snprintf(r.name + used, sizeof r.name - used, "%s%s",
                                 i > r.first ? " " : "", model->network->layers[i].name);
    return r;
}

/* What shards left, added up, of all layers. */
static cnn_profile_row sums_row(const cnn_model *model) {
    cnn_profile_row r = {.name = "sums"};
    for (size_t i = 0; i < model->block_count; i++) {
        const cnn_profile_pass sums = sum_of(model, i, PASS_SUMS);
        r.weights.seconds += sums.seconds;
        r.weights.images = sums.images > r.weights.images ? sums.images : r.weights.images;
    }
    return r;
}

static double busy(const cnn_model *model, profile_pass pass) {
    double sum = 0;
    for (size_t row = 0; row < profile_rows(model); row++)
        sum += sum_of(model, row, pass).seconds;
    return sum;
}

/* What threads had and did not use, of the way there and of the way back. */
static cnn_profile_row waiting_row(const cnn_model *model) {
    const double back =
        busy(model, PASS_INPUT) + busy(model, PASS_WEIGHTS) + busy(model, PASS_SUMS);
    const double left[] = {1e-9 * (double)model->thread_time[0] - busy(model, PASS_FORWARD),
                           1e-9 * (double)model->thread_time[1] - back};
    cnn_profile_row r = {.name = "waiting"};
    r.forward.seconds = left[0] > 0 ? left[0] : 0;
    r.forward.images = sum_of(model, profile_part_row(model, PART_LOSS), PASS_FORWARD).images;
    r.weights.seconds = left[1] > 0 ? left[1] : 0;
    r.weights.images = sum_of(model, profile_part_row(model, PART_UPDATE), PASS_WEIGHTS).images;
    return r;
}

size_t cnn_model_profile(const cnn_model *model, cnn_profile_row *rows, size_t count) {
    const size_t own = profile_rows(model);
    for (size_t i = 0; i < own + 2 && i < count; i++)
        rows[i] = i < own ? row_of(model, i) : i == own ? sums_row(model) : waiting_row(model);
    return own + 2;
}
