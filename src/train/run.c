/* Creates and frees runs; train.c takes their steps. Images never move, only their indices: `order`
 * holds those for training first, then the held-out ones, and a shuffle changes the first part
 * only. */
#include "run.h"

#include "class_names.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>

/* Rounded down, so a fraction below 1 leaves at least one training image. NaN compares false. */
size_t cnn_train_options_held_out(const cnn_train_options *options, size_t images) {
    if (!options)
        return 0;
    if (options->held_out)
        return options->held_out < images ? options->held_out : images;
    if (!(options->validation > 0))
        return 0;
    if (options->validation >= 1)
        return images;
    return (size_t)(options->validation * (double)images);
}

bool run_holds_out(const cnn_train_options *options, size_t images, size_t *held_out,
                   cnn_error *error) {
    const double share = options->validation;
    /* Written so that NaN is refused too. */
    if (!(share >= 0 && share < 1))
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         "validation %g: must be 0 or more, below 1", share);
    if (options->held_out && (share > 0 || options->held_out >= images))
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         "%zu of %zu images held out, validation %g", options->held_out, images,
                         share);
    *held_out = cnn_train_options_held_out(options, images);
    /* Fails rather than training without the requested validation. */
    return !(share > 0) || *held_out ||
           error_set(error, CNN_STATUS_BAD_ARGUMENT, "validation %g of %zu images is not one image",
                     share, images);
}

/* The training images, then the held-out ones: the last of all, or drawn from a stream of their
 * own, so that they depend on the seed alone, whatever else is drawn. */
static bool split_images(cnn_run *run, cnn_error *error) {
    const size_t all = cnn_dataset_get_info(run->train).images;
    if (!run_holds_out(&run->options, all, &run->held_out, error))
        return false;
    run->images = all - run->held_out;
    run->order = memory_new(all, sizeof *run->order, error);
    if (!run->order)
        return false;
    for (size_t i = 0; i < all; i++)
        run->order[i] = (uint32_t)i;
    random_state random = random_seeded(run->options.seed, RANDOM_VALIDATION);
    if (run->held_out && !run->options.held_out)
        random_shuffle(&random, run->order, all);
    return true;
}

/* Limited to the range of the type: the number of epochs may be practically endless. */
cnn_schedule run_schedule(const cnn_train_options *options, size_t steps) {
    cnn_schedule schedule = options->schedule;
    const uint64_t most = UINT64_MAX / 2;
    if (schedule.total_steps == 0)
        schedule.total_steps = options->epochs && steps > most / options->epochs
                                   ? most
                                   : (uint64_t)steps * options->epochs;
    if (schedule.step_size == 0)
        schedule.step_size = steps;
    return schedule;
}

/* At least doubles, so that an endless run allocates little and rarely. */
bool run_reserve(cnn_run *run, size_t epochs, cnn_error *error) {
    if (epochs <= run->history_capacity)
        return true;
    const size_t twice = run->history_capacity ? 2 * run->history_capacity : 8;
    const size_t capacity = twice > epochs ? twice : epochs;
    cnn_epoch *history = memory_new(capacity, sizeof *history, error);
    if (!history)
        return false;
    if (run->history)
        memcpy(history, run->history, run->progress.epoch * sizeof *history);
    free(run->history);
    run->history = history;
    run->history_capacity = capacity;
    return true;
}

/* Makes all checks before the model is changed. */
static bool prepare(cnn_run *run, cnn_error *error) {
    if (!reserved_unused(run->options.reserved, error))
        return false;
    if (run->options.epochs == 0)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "0 epochs");
    if (!model_accepts(run->model, run->train, error) ||
        (run->test && !model_accepts(run->model, run->test, error)) || !split_images(run, error))
        return false;
    const size_t batch = run->model->options.batch_size;
    /* Rounded up: the last batch may be smaller. */
    run->steps = (run->images + batch - 1) / batch;
    const cnn_schedule schedule = run_schedule(&run->options, run->steps);
    run->trainer = cnn_trainer_create(run->model, &run->options.optimizer, &schedule, error);
    run->progress.random = random_seeded(run->options.seed, RANDOM_ORDER);
    return run->trainer && run_reserve(run, 1, error);
}

cnn_run *cnn_run_create(cnn_model *model, const cnn_dataset *train, const cnn_dataset *test,
                        const cnn_train_options *options, cnn_error *error) {
    if (!given(model, "model", error) || !given(train, "training set", error))
        return NULL;
    cnn_run *run = memory_new(1, sizeof *run, error);
    if (!run)
        return NULL;
    *run = (cnn_run){.model = model,
                     .train = train,
                     .test = test,
                     .options = options ? *options : (cnn_train_options)CNN_TRAIN_OPTIONS_DEFAULT};
    if (prepare(run, error))
        return run;
    cnn_run_free(run);
    return NULL;
}

/* Parts are NULL if prepare() ended before it made them. */
void cnn_run_free(cnn_run *run) {
    if (!run)
        return;
    cnn_trainer_free(run->trainer);
    free(run->order);
    free(run->history);
    free(run->note);
    free(run);
}

cnn_run_info cnn_run_get_info(const cnn_run *run) {
    if (!run)
        return (cnn_run_info){0};
    return (cnn_run_info){.epoch = run->progress.epoch,
                          .epochs = run->options.epochs,
                          .images = run->progress.images,
                          .total = run->images,
                          .held_out = run->held_out,
                          .step = run->trainer->steps};
}

const cnn_trainer *cnn_run_trainer(const cnn_run *run) {
    return run ? run->trainer : NULL;
}

const cnn_epoch *cnn_run_history(const cnn_run *run) {
    return run ? run->history : NULL;
}

/* Refuses here, where the caller can see the cause, what a file could not hold. */
bool cnn_run_set_note(cnn_run *run, const char *note, cnn_error *error) {
    if (!given(run, "run", error))
        return false;
    const size_t length = note ? strlen(note) : 0;
    if (name_first_unprintable((const uint8_t *)note, length) < length)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "the note is no line of text");
    char *copy = note ? memory_new(length + 1, 1, error) : NULL;
    if (note && !copy)
        return false;
    if (note)
        memcpy(copy, note, length + 1);
    free(run->note);
    run->note = copy;
    return true;
}
