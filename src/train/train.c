/* Trains epochs: shuffles the images, takes the steps, and evaluates in between. Whenever the
 * callback runs, the state is consistent and can be saved. */
#include "run.h"

#include "clock.h"

#include <math.h>
#include <string.h>

static cnn_progress progress_of(const cnn_run *run) {
    const run_progress *progress = &run->progress;
    return (cnn_progress){.epoch = progress->epoch,
                          .epochs = run->options.epochs,
                          .images = progress->images,
                          .total = run->images,
                          .loss = progress->loss_sum / (double)progress->images,
                          .seconds = progress->seconds};
}

/* False if the callback stops the run. */
static bool report(const cnn_run *run, const cnn_progress *progress, cnn_error *error) {
    if (!run->options.progress || run->options.progress(progress, run->options.context))
        return true;
    return error_set(error, CNN_STATUS_STOPPED, "stopped in epoch %zu after %zu images",
                     progress->epoch + 1, progress->images);
}

/* The rest of one pass over the training images, in random order. The loss is weighted by images,
 * since the last batch may be smaller. */
static bool train_epoch(cnn_run *run, cnn_error *error) {
    const size_t batch = run->model->options.batch_size;
    run_progress *progress = &run->progress;
    const double start = clock_seconds() - progress->seconds;
    /* Shuffles the previous order, not the first: one stream makes all epochs differ. */
    if (!progress->images)
        random_shuffle(&progress->random, run->order, run->images);
    while (progress->images < run->images) {
        const size_t left = run->images - progress->images, n = left < batch ? left : batch;
        if (!cnn_model_set_batch(run->model, run->train, run->order + progress->images, n, error))
            return false;
        progress->loss_sum += cnn_train_step(run->trainer) * (double)n;
        progress->images += n;
        progress->seconds = clock_seconds() - start;
        const cnn_progress progress = progress_of(run);
        if (!report(run, &progress, error))
            return false;
    }
    return true;
}

static double lowest_validation_loss(const cnn_run *run) {
    double lowest = INFINITY;
    for (size_t i = 0; i < run->progress.epoch; i++)
        if (run->history[i].validation_loss < lowest)
            lowest = run->history[i].validation_loss;
    return lowest;
}

/* A loss of NaN is never the best, as it compares false. */
static void measure_validation(const cnn_run *run, cnn_epoch *epoch, bool diverged) {
    epoch->validation_loss = epoch->validation_accuracy = NAN;
    /* Without validation the last epoch is the best. */
    epoch->best = run->progress.epoch + 1 == run->options.epochs && !diverged;
    if (!run->held_out || diverged)
        return;
    cnn_score score;
    model_evaluate(run->model, run->train, run->order + run->images, run->held_out, &score, NULL);
    epoch->validation_loss = score.loss;
    epoch->validation_accuracy = score.accuracy;
    epoch->best = score.loss < lowest_validation_loss(run);
}

/* Nothing depends on it. A test set that chooses the best epoch is no longer a test set. */
static void measure_test(const cnn_run *run, cnn_epoch *epoch, bool diverged) {
    epoch->test_loss = epoch->test_accuracy = NAN;
    if (!run->test || diverged)
        return;
    cnn_score score;
    model_evaluate(run->model, run->test, NULL, cnn_dataset_get_info(run->test).images, &score,
                   NULL);
    epoch->test_loss = score.loss;
    epoch->test_accuracy = score.accuracy;
}

/* The last step may have made parameters non-finite after the last loss was computed. */
static bool has_diverged(const cnn_run *run, double loss) {
    const cnn_model *model = run->model;
    bool finite = isfinite(loss);
    for (size_t i = 0; finite && i < model->parameters_size; i++)
        finite = isfinite(model->parameters[i]);
    return !finite;
}

/* The time of the epoch excludes evaluation; a diverged run is not evaluated. When the callback
 * runs, the run is between the epochs. */
static bool finish_epoch(cnn_run *run, cnn_epoch *copy, cnn_error *error) {
    cnn_progress progress = progress_of(run);
    cnn_epoch *epoch = &run->history[run->progress.epoch];
    *epoch = (cnn_epoch){.seconds = progress.seconds, .train_loss = progress.loss};
    const bool diverged = has_diverged(run, progress.loss);
    measure_validation(run, epoch, diverged);
    measure_test(run, epoch, diverged);
    if (copy)
        copy[run->progress.epoch] = *epoch;
    run->progress =
        (run_progress){.epoch = run->progress.epoch + 1, .random = run->progress.random};
    progress.finished = epoch;
    return report(run, &progress, error) &&
           (!diverged || error_set(error, CNN_STATUS_DIVERGED,
                                   "epoch %zu ends with numbers that are not finite: the run has "
                                   "diverged",
                                   run->progress.epoch));
}

/* The order and the other arrays were made for the number of images at the start of the run. */
static bool images_as_begun(const cnn_run *run, cnn_error *error) {
    const size_t images = cnn_dataset_get_info(run->train).images;
    return images == run->images + run->held_out ||
           error_set(error, CNN_STATUS_BAD_ARGUMENT, "%zu training images, the run began with %zu",
                     images, run->images + run->held_out);
}

bool cnn_run_train(cnn_run *run, cnn_epoch *history, cnn_error *error) {
    bool ok = true;
    if (!given(run, "run", error))
        return false;
    if (run->busy)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "the run is being trained already");
    if (history)
        memcpy(history, run->history, run->progress.epoch * sizeof *history);
    run->busy = true;
    while (ok && run->progress.epoch < run->options.epochs)
        ok = run_reserve(run, run->progress.epoch + 1, error) && images_as_begun(run, error) &&
             train_epoch(run, error) && images_as_begun(run, error) &&
             finish_epoch(run, history, error);
    run->busy = false;
    return ok;
}

bool cnn_train(cnn_model *model, const cnn_dataset *train, const cnn_dataset *test,
               const cnn_train_options *options, cnn_epoch *history, cnn_error *error) {
    cnn_run *run = cnn_run_create(model, train, test, options, error);
    const bool ok = run && cnn_run_train(run, history, error);
    cnn_run_free(run);
    return ok;
}
