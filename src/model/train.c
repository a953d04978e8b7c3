/* Epochs: the order of the images, the steps, and what is measured between. Images are never moved,
 * only their numbers are: those for training lie first in `order`, those held out behind them, and
 * a shuffle touches the first part alone. All memory is taken before the first step. */
#define _POSIX_C_SOURCE 200809L
#include "trainer.h"

#include "memory.h"
#include "random.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

/* One call of cnn_train(). */
typedef struct run {
    cnn_model *model;
    const cnn_dataset *train, *test;
    cnn_train_options options;
    cnn_trainer *trainer;
    uint32_t *order;                /* [images] to train on, then [held_out] to validate; owned */
    size_t images, held_out, steps; /* steps: of one epoch */
    random_state random;            /* of the order of the images */
    double best;                    /* the lowest validation loss so far */
    cnn_progress progress;
} run;

/* Not the time of day, which may be set back. */
static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* False if the caller wants to stop. */
static bool report(run *run, cnn_error *error) {
    if (!run->options.progress || run->options.progress(&run->progress, run->options.context))
        return true;
    return error_set(error, CNN_STOPPED, "stopped in epoch %zu after %zu images",
                     run->progress.epoch + 1, run->progress.images);
}

/* One pass over the training images, in an order of its own. The loss is weighted by images: the
 * last batch may be small, and must not count as much as a whole one. */
static bool train_epoch(run *run, cnn_error *error) {
    const size_t batch = run->model->options.batch_size;
    const double start = seconds_now();
    double sum = 0;
    /* On from the last order, not from the first: one stream makes all epochs differ. */
    random_shuffle(&run->random, run->order, run->images);
    for (size_t done = 0; done < run->images;) {
        const size_t n = run->images - done < batch ? run->images - done : batch;
        if (!cnn_model_set_batch(run->model, run->train, run->order + done, n, error))
            return false;
        sum += cnn_train_step(run->trainer) * (double)n;
        done += n;
        run->progress.images = done;
        run->progress.loss = sum / (double)done;
        run->progress.seconds = seconds_now() - start;
        if (!report(run, error))
            return false;
    }
    return true;
}

/* A loss of NaN is never the best: it is below nothing. */
static void measure_validation(run *run, cnn_epoch *epoch) {
    epoch->validation_loss = epoch->validation_accuracy = NAN;
    /* With nothing to choose by, the last epoch is the one to keep. */
    epoch->best = run->progress.epoch + 1 == run->options.epochs;
    if (!run->held_out)
        return;
    cnn_score score;
    model_evaluate(run->model, run->train, run->order + run->images, run->held_out, &score, NULL);
    epoch->validation_loss = score.loss;
    epoch->validation_accuracy = score.accuracy;
    epoch->best = score.loss < run->best;
    run->best = epoch->best ? score.loss : run->best;
}

/* Nothing is decided by it. A test set that chooses the best epoch is no test any more. */
static void measure_test(run *run, cnn_epoch *epoch) {
    epoch->test_loss = epoch->test_accuracy = NAN;
    if (!run->test)
        return;
    cnn_score score;
    model_evaluate(run->model, run->test, NULL, cnn_dataset_about(run->test).images, &score, NULL);
    epoch->test_loss = score.loss;
    epoch->test_accuracy = score.accuracy;
}

/* The clock has stopped when measuring begins. */
static bool run_epoch(run *run, cnn_epoch *epoch, cnn_error *error) {
    run->progress.images = 0;
    run->progress.finished = NULL;
    if (!train_epoch(run, error))
        return false;
    *epoch = (cnn_epoch){.seconds = run->progress.seconds, .train_loss = run->progress.loss};
    measure_validation(run, epoch);
    measure_test(run, epoch);
    /* With everything measured, and no step under way: the callback may save the model. */
    run->progress.finished = epoch;
    return report(run, error);
}

/* The images in random order, the last ones held out for validation. They are drawn from a stream
 * of their own: the seed alone says which they are, whatever else is drawn. */
static bool split_images(run *run, cnn_error *error) {
    const size_t all = cnn_dataset_about(run->train).images;
    const double share = run->options.validation;
    /* Written so that NaN is refused too. */
    if (!(share >= 0 && share < 1))
        return error_set(error, CNN_BAD_ARGUMENT, "validation %g: must be 0 or more, below 1",
                         share);
    /* Rounded down: at least one image is left to train on. */
    run->held_out = (size_t)(share * (double)all);
    run->images = all - run->held_out;
    /* Rather than train without the validation that was asked for. */
    if (share > 0 && !run->held_out)
        return error_set(error, CNN_BAD_ARGUMENT, "validation %g of %zu images is not one image",
                         share, all);
    run->order = memory_new(all, sizeof *run->order, error);
    if (!run->order)
        return false;
    for (size_t i = 0; i < all; i++)
        run->order[i] = (uint32_t)i;
    random_state random = random_seeded(run->options.seed, RANDOM_VALIDATION);
    if (run->held_out)
        random_shuffle(&random, run->order, all);
    return true;
}

/* Everything that can be refused, and all memory, before the model is touched. */
static bool prepare(run *run, cnn_error *error) {
    if (run->options.epochs == 0)
        return error_set(error, CNN_BAD_ARGUMENT, "0 epochs");
    if (!model_takes(run->model, run->train, error) ||
        (run->test && !model_takes(run->model, run->test, error)) || !split_images(run, error))
        return false;
    const size_t batch = run->model->options.batch_size;
    cnn_schedule schedule = run->options.schedule;
    /* Rounded up: the last batch may be smaller. */
    run->steps = (run->images + batch - 1) / batch;
    if (schedule.total_steps == 0)
        schedule.total_steps = run->steps * run->options.epochs;
    if (schedule.step_size == 0)
        schedule.step_size = run->steps;
    run->trainer = cnn_trainer_create(run->model, &run->options.optimizer, &schedule, error);
    run->random = random_seeded(run->options.seed, RANDOM_ORDER);
    run->best = INFINITY;
    run->progress = (cnn_progress){.epochs = run->options.epochs, .total = run->images};
    return run->trainer != NULL;
}

bool cnn_train(cnn_model *model, const cnn_dataset *train, const cnn_dataset *test,
               const cnn_train_options *options, cnn_epoch *history, cnn_error *error) {
    run run = {.model = model,
               .train = train,
               .test = test,
               .options = options ? *options : (cnn_train_options)CNN_TRAIN_OPTIONS_DEFAULT};
    bool ok = prepare(&run, error);
    for (size_t epoch = 0; ok && epoch < run.options.epochs; epoch++) {
        /* run_epoch() and the callback want one even if the caller does not. */
        cnn_epoch here;
        run.progress.epoch = epoch;
        ok = run_epoch(&run, history ? &history[epoch] : &here, error);
    }
    /* Either is NULL if prepare() did not get that far. */
    cnn_trainer_free(run.trainer);
    free(run.order);
    return ok;
}
