/* Writes the result of a run as one JSON object, and its log as one line an event. */
#include "train_run.h"

#include "json_line.h"
#include "train_profile.h"

#include <errno.h>
#include <math.h>

static json_t *epoch_json(const cnn_epoch *epoch, size_t number) {
    json_t *object =
        json_pack("{s:I, s:o, s:o, s:o, s:o}", "epoch", (json_int_t)number, "seconds",
                  json_line_real(epoch->seconds), "train_loss", json_line_real(epoch->train_loss),
                  "test_loss", json_line_real(epoch->test_loss), "test_accuracy",
                  json_line_real(epoch->test_accuracy));
    if (isnan(epoch->validation_accuracy) || !object)
        return object;
    json_t *validation =
        json_pack("{s:o, s:o, s:b}", "validation_loss", json_line_real(epoch->validation_loss),
                  "validation_accuracy", json_line_real(epoch->validation_accuracy), "best",
                  (int)epoch->best);
    const bool failed = json_object_update(object, validation);
    json_decref(validation);
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *epochs_json(const train_run *run) {
    json_t *epochs = json_array();
    for (size_t i = 0; i < run->finished; i++)
        json_line_append(&epochs, epoch_json(train_epoch(run, i), i + 1));
    return epochs;
}

static json_t *normalization_json(const train_run *run) {
    return json_pack("{s:o, s:o}", "mean", json_line_float(run->normalization.mean), "std",
                     json_line_float(run->normalization.std));
}

static json_t *test_json(const train_run *run) {
    if (!run->test || run->diverged)
        return json_null();
    const cnn_score *score = &run->result.score;
    return json_pack("{s:I, s:o, s:o}", "images", (json_int_t)score->images, "loss",
                     json_line_real(score->loss), "accuracy", json_line_real(score->accuracy));
}

static json_t *settings_json(const train_run *run) {
    const training_flags *flags = &run->settings->training;
    return json_pack("{s:o, s:I, s:I, s:I, s:I, s:s, s:o, s:s, s:I, s:I, s:s, s:o}", "network",
                     json_line_text(run->settings->network), "parameters",
                     (json_int_t)cnn_network_parameter_count(run->network), "images",
                     (json_int_t)cnn_dataset_get_info(run->train).images, "test_images",
                     (json_int_t)train_test_images(run), "batch_size",
                     (json_int_t)flags->batch_size, "optimizer", training_optimizer_name(flags),
                     "lr", json_line_real(training_optimizer(flags).lr), "schedule",
                     training_schedule_name(flags), "seed", (json_int_t)flags->seed, "threads",
                     (json_int_t)cnn_model_threads(run->model), "backend",
                     cnn_model_backend(run->model), "normalization", normalization_json(run));
}

json_t *train_json(const train_run *run) {
    json_t *object = settings_json(run);
    json_t *results = json_pack(
        "{s:b, s:o, s:o, s:o, s:b, s:b}", "fit", (int)train_fits(run), "epochs", epochs_json(run),
        "test", test_json(run), "model", run->diverged ? json_null() : json_line_text(run->out),
        "interrupted", (int)run->interrupted, "diverged", (int)run->diverged);
    bool failed = json_object_update(object, results);
    if (run->resumable)
        failed |= json_object_set_new(object, "checkpoint", json_line_text(run->checkpoint));
    if (train_weights(run))
        failed |= json_object_set_new(object, "weights", json_line_text(train_weights(run)));
    if (train_held_out(run))
        failed |= json_object_set_new(object, "validation_images",
                                      json_integer((json_int_t)train_held_out(run)));
    if (run->best_epoch)
        failed |= json_object_set_new(object, "best_model", json_line_text(run->best_out));
    if (cnn_model_mistake(run->model))
        failed |=
            json_object_set_new(object, "mistake", json_string(cnn_model_mistake(run->model)));
    if (run->settings->profile)
        failed |= json_object_set_new(object, "profile", train_profile_json(run->model));
    json_decref(results);
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

static void log_line(train_run *run, json_t *line) {
    if (!json_line_write(line, run->log) && !run->log_problem)
        run->log_problem = errno;
}

void train_log_resumed(train_run *run) {
    log_line(run, json_pack("{s:s, s:I, s:I}", "event", "resumed", "epoch",
                            (json_int_t)run->finished + 1, "step", (json_int_t)run->steps));
}

void train_log_step(train_run *run, const cnn_progress *progress) {
    log_line(run,
             json_pack("{s:s, s:I, s:I, s:I, s:o, s:o}", "event", "step", "epoch",
                       (json_int_t)progress->epoch + 1, "step", (json_int_t)run->steps, "images",
                       (json_int_t)progress->images, "loss", json_line_real(progress->loss),
                       "seconds", json_line_real(progress->seconds)));
}

void train_log_epoch(train_run *run, const cnn_progress *progress) {
    json_t *line = json_pack("{s:s, s:I}", "event", "epoch", "step", (json_int_t)run->steps);
    json_t *epoch = epoch_json(progress->finished, progress->epoch + 1);
    if (json_object_update(line, epoch)) {
        json_decref(line);
        line = NULL;
    }
    json_decref(epoch);
    log_line(run, line);
}
