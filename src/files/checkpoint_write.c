/* Writes a run as the bytes of a checkpoint. */
#include "checkpoint.h"

#include "dataset.h"
#include "kinds.h"
#include "memory.h"
#include "shown.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

size_t checkpoint_suffixes(cnn_optimizer_kind kind, const char *suffixes[2]) {
    memcpy(suffixes, optimizer_rows[kind].kept, sizeof optimizer_rows[kind].kept);
    return (size_t)(suffixes[0] != NULL) + (suffixes[1] != NULL);
}

run_data checkpoint_data(const cnn_dataset *dataset) {
    if (!dataset)
        return (run_data){0};
    const size_t images = dataset->info.images;
    return (run_data){
        .images = images,
        .pixels = crc32_z(0, dataset->pixels, images * dataset->image_size),
        .labels = crc32_z(0, (const Bytef *)dataset->labels, images * sizeof *dataset->labels)};
}

/* The parameters and the optimizer's state for them; returns the number of sets. */
static size_t sets_of(const cnn_run *run, parameter_set sets[3]) {
    const char *suffixes[2];
    const size_t kept = checkpoint_suffixes(run->options.optimizer.kind, suffixes);
    sets[0] = (parameter_set){NULL, run->model->parameters};
    sets[1] = (parameter_set){suffixes[0], run->trainer->moment1};
    sets[2] = (parameter_set){suffixes[1], run->trainer->moment2};
    return 1 + kept;
}

/* Refuses numbers that could not be read back: the previous checkpoint is worth more. */
static bool check_finite(const cnn_run *run, const parameter_set *set, cnn_error *error) {
    parameter p;
    return parameters_finite(run->model, set, &p) ||
           error_set(error, CNN_STATUS_DIVERGED,
                     "no checkpoint written, since the run has diverged: %s is no longer finite in "
                     "step %" PRIu64,
                     p.name, run->trainer->steps);
}

/* Zeroed, to be freed. NaN is an ordinary value here. */
static double *history_numbers(const cnn_run *run, cnn_error *error) {
    const size_t epochs = run->progress.epoch;
    double *numbers = memory_new(epochs * CHECKPOINT_HISTORY_COLUMNS, sizeof *numbers, error);
    for (size_t i = 0; numbers && i < epochs; i++) {
        const cnn_epoch *e = &run->history[i];
        const double row[CHECKPOINT_HISTORY_COLUMNS] = {e->seconds,
                                                        e->train_loss,
                                                        e->validation_loss,
                                                        e->validation_accuracy,
                                                        e->test_loss,
                                                        e->test_accuracy,
                                                        e->best};
        memcpy(numbers + i * CHECKPOINT_HISTORY_COLUMNS, row, sizeof row);
    }
    return numbers;
}

/* Appended to those of the sets; their data must outlive the image. */
static void add_tensors(model_image *image, const cnn_run *run, const double *history) {
    image->tensors[image->count++] = (safetensors_tensor){.name = CHECKPOINT_ORDER,
                                                          .type = &safetensors_i32,
                                                          .rank = 1,
                                                          .shape = {run->images + run->held_out},
                                                          .data = run->order};
    image->tensors[image->count++] =
        (safetensors_tensor){.name = CHECKPOINT_HISTORY,
                             .type = &safetensors_f64,
                             .rank = 2,
                             .shape = {run->progress.epoch, CHECKPOINT_HISTORY_COLUMNS},
                             .data = history};
}

/* A batch is never larger than an epoch. */
static checkpoint_state state_of(const cnn_run *run) {
    const size_t batch = run->model->options.batch_size;
    return (checkpoint_state){.batch_size = batch < run->images ? batch : run->images,
                              .step = run->trainer->steps,
                              .options = run->options,
                              .progress = run->progress,
                              .train = run->train_data,
                              .test = run->test_data};
}

/* Takes over the model's metadata; NULL for them means that the error is set. */
static json_t *metadata_of(const cnn_run *run, json_t *of_model, cnn_error *error) {
    if (!of_model)
        return NULL;
    const checkpoint_state state = state_of(run);
    json_t *object = json_object();
    const char *note = run->note ? run->note : "";
    if (json_object_set_new(object, "cnn.crc32", json_string("00000000")) ||
        json_object_set_new(object, "cnn.checkpoint", json_string(CHECKPOINT_VERSION)) ||
        json_object_update(object, of_model) || !checkpoint_fields_write(object, &state, error) ||
        json_object_set_new(object, "run.note", json_string(note))) {
        json_decref(object);
        object = NULL;
        error_set(error, CNN_STATUS_NO_MEMORY, "no memory for the metadata");
    }
    json_decref(of_model);
    return object;
}

/* Over all parts, with the digits still zeros. */
static void put_checksum(safetensors_image *file) {
    uLong sum = 0;
    char digits[CHECKPOINT_DIGITS + 1];
    for (size_t i = 0; i < file->count; i++)
        if (file->parts[i].size)
            sum = crc32_z(sum, file->parts[i].data, file->parts[i].size);
    snprintf(digits, sizeof digits, "%08lx", sum);
    memcpy(file->head + CHECKPOINT_CRC_OFFSET, digits, CHECKPOINT_DIGITS);
}

static bool build(checkpoint_image *image, const cnn_run *run, cnn_error *error) {
    parameter_set sets[3];
    const size_t count = sets_of(run, sets);
    if (run->model->mistaken)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         "not written: a run with the mistake %s, made on purpose, cannot be "
                         "gone on with",
                         run->model->mistake);
    for (size_t i = 0; i < count; i++)
        if (!check_finite(run, &sets[i], error))
            return false;
    image->history = history_numbers(run, error);
    if (!image->history || !model_image_collect(&image->model, run->model, sets, count, 2, error))
        return false;
    add_tensors(&image->model, run, image->history);
    json_t *metadata = metadata_of(run, model_metadata(run->model, error), error);
    return model_image_finish(&image->model, metadata, error);
}

bool checkpoint_build(checkpoint_image *image, cnn_run *run, cnn_error *error) {
    *image = (checkpoint_image){.history = NULL};
    /* Only once: the images never change, and there may be many. */
    if (!run->train_data.images) {
        run->train_data = checkpoint_data(run->train);
        run->test_data = checkpoint_data(run->test);
    }
    if (build(image, run, error)) {
        put_checksum(&image->model.file);
        return true;
    }
    checkpoint_release(image);
    return false;
}

void checkpoint_release(checkpoint_image *image) {
    model_image_release(&image->model);
    free(image->history);
    image->history = NULL;
}
