/* Resumes a run from a checkpoint. */
#include "checkpoint.h"

#include "memory.h"

#include <stdlib.h>
#include <string.h>

/* Compares texts: networks with the same text have the same parameters in the same order. */
static bool same_network(const cnn_network *a, const cnn_network *b, bool *same, cnn_error *error) {
    const size_t size = cnn_network_text(a, NULL, 0) + 1;
    if (size != cnn_network_text(b, NULL, 0) + 1) {
        *same = false;
        return true;
    }
    char *texts = memory_new(2 * size, 1, error);
    if (!texts)
        return false;
    cnn_network_text(a, texts, size);
    cnn_network_text(b, texts + size, size);
    *same = !memcmp(texts, texts + size, size);
    free(texts);
    return true;
}

static bool check_model(const cnn_checkpoint *c, const cnn_model *model, cnn_error *error) {
    const size_t batch = model->options.batch_size, images = c->state.batch_size;
    bool same;
    if (!same_network(c->network, model->network, &same, error))
        return false;
    if (!same)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "the model has another network");
    if (batch != images)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         "the model takes batches of %zu, the run's are of %zu", batch, images);
    return model_file_agrees(&c->file, model, error);
}

/* Reports a difference by counts if they differ. */
static bool check_data(const char *what, run_data now, run_data then, cnn_error *error) {
    if (now.images != then.images)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         "these are %zu %s images, the run began with %zu", now.images, what,
                         then.images);
    return (now.pixels == then.pixels && now.labels == then.labels) ||
           error_set(error, CNN_STATUS_BAD_ARGUMENT, "the %s %s are not those the run began with",
                     what, now.pixels == then.pixels ? "labels" : "images");
}

static void read_history(cnn_run *run, const cnn_checkpoint *c) {
    const safetensors_entry *entry = safetensors_find(&c->file, CHECKPOINT_HISTORY);
    for (size_t i = 0; i < c->state.progress.epoch; i++) {
        double row[CHECKPOINT_HISTORY_COLUMNS];
        memcpy(row, c->bytes + entry->begin + i * sizeof row, sizeof row);
        run->history[i] = (cnn_epoch){.seconds = row[0],
                                      .train_loss = row[1],
                                      .validation_loss = row[2],
                                      .validation_accuracy = row[3],
                                      .test_loss = row[4],
                                      .test_accuracy = row[5],
                                      .best = row[6] != 0};
    }
}

/* Everything that can fail comes first. */
static bool restore(cnn_run *run, const cnn_checkpoint *c, cnn_error *error) {
    const safetensors_entry *order = safetensors_find(&c->file, CHECKPOINT_ORDER);
    const char *suffixes[2];
    const size_t kept = checkpoint_suffixes(run->options.optimizer.kind, suffixes);
    if (!run_reserve(run, c->state.progress.epoch, error) ||
        !cnn_run_set_note(run, cnn_checkpoint_note(c), error))
        return false;
    const random_state seeded = run->progress.random;
    run->progress = c->state.progress;
    run->progress.random.increment = seeded.increment;
    run->trainer->steps = c->state.step;
    memcpy(run->order, c->bytes + order->begin, order->end - order->begin);
    read_history(run, c);
    parameters_read(run->model, &c->file, NULL, run->model->parameters);
    model_moved(run->model);
    parameters_read(run->model, &c->file, suffixes[0], run->trainer->moment1);
    if (kept > 1)
        parameters_read(run->model, &c->file, suffixes[1], run->trainer->moment2);
    return true;
}

cnn_run *cnn_run_resume(const cnn_checkpoint *checkpoint, cnn_model *model,
                        const cnn_dataset *train, const cnn_dataset *test,
                        cnn_progress_function progress, void *context, cnn_error *error) {
    if (!given(checkpoint, "checkpoint", error) || !given(model, "model", error) ||
        !given(train, "training set", error))
        return NULL;
    cnn_train_options options = checkpoint->state.options;
    options.progress = progress;
    options.context = context;
    const run_data train_data = checkpoint_data(train), test_data = checkpoint_data(test);
    if (!check_model(checkpoint, model, error) ||
        !check_data("training", train_data, checkpoint->state.train, error) ||
        !check_data("test", test_data, checkpoint->state.test, error))
        return NULL;
    cnn_run *run = cnn_run_create(model, train, test, &options, error);
    if (!run)
        return NULL;
    run->train_data = train_data;
    run->test_data = test_data;
    if (restore(run, checkpoint, error))
        return run;
    cnn_run_free(run);
    return NULL;
}
