/* Reads checkpoints and validates them in stages: the checksum, then each part, then their
 * consistency. An accepted checkpoint can be resumed, unless the images have changed. */
#include "checkpoint.h"

#include "class_names.h"
#include "memory.h"
#include "shown.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* ----------------------------------------------------------------------------------- the checks */

/* Also false for capital letters, which differ from lower case in one bit. */
static bool read_digits(const uint8_t *text, uint32_t *number) {
    *number = 0;
    for (size_t i = 0; i < CHECKPOINT_DIGITS; i++) {
        const uint8_t c = text[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
            return false;
        *number = *number << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return true;
}

/* Before anything else is read. Truncated and damaged files look the same at this point. */
static bool check_sum(const uint8_t *bytes, size_t size, cnn_error *error) {
    const size_t start = sizeof CHECKPOINT_START - 1,
                 after = CHECKPOINT_CRC_OFFSET + CHECKPOINT_DIGITS;
    uint32_t stored;
    if (size < after)
        return error_at(error, size, "not a checkpoint: the file ends before its checksum");
    if (memcmp(bytes + SAFETENSORS_LENGTH_BYTES, CHECKPOINT_START, start) ||
        !read_digits(bytes + CHECKPOINT_CRC_OFFSET, &stored))
        return error_at(error, SAFETENSORS_LENGTH_BYTES,
                        "not a checkpoint: no checksum at its start");
    uLong sum = crc32_z(0, bytes, CHECKPOINT_CRC_OFFSET);
    sum = crc32_z(sum, (const Bytef *)"00000000", CHECKPOINT_DIGITS);
    sum = crc32_z(sum, bytes + after, size - after);
    return sum == stored || error_at(error, CHECKPOINT_CRC_OFFSET,
                                     "damaged or cut short: the checksum is %08lx, the bytes give "
                                     "%08lx",
                                     (unsigned long)stored, sum);
}

/* The position of the metadata, which hold all plain values. Always false. */
#define REFUSE(c, error, ...) error_at(error, model_file_metadata(&(c)->file), __VA_ARGS__)

/* The rules of cnn_run_set_note(). */
static bool check_note(const cnn_checkpoint *c, cnn_error *error) {
    const char *note = cnn_checkpoint_note(c);
    const size_t length = strlen(note);
    return name_first_unprintable((const uint8_t *)note, length) == length ||
           REFUSE(c, error, "the note is no line of text");
}

static bool check_version(const cnn_checkpoint *c, cnn_error *error) {
    const char *version = safetensors_metadata(&c->file, "cnn.checkpoint");
    return (version && !strcmp(version, CHECKPOINT_VERSION)) ||
           REFUSE(c, error, "cnn.checkpoint is \"%s\", this library reads " CHECKPOINT_VERSION,
                  version ? show(version, strlen(version), 20).text : "");
}

/* One of the run's own tensors. NULL is an error. */
static const safetensors_entry *find_tensor(const cnn_checkpoint *c, const char *name,
                                            const safetensors_type *type, size_t rank,
                                            const size_t *shape, cnn_error *error) {
    safetensors_entry *entry = safetensors_find(&c->file, name);
    if (!entry) {
        REFUSE(c, error, "tensor \"%s\" is missing", name);
        return NULL;
    }
    entry->wanted = true;
    if (entry->type == type && entry->rank == rank &&
        !memcmp(entry->shape, shape, rank * sizeof *shape))
        return entry;
    error_at(error, safetensors_key_offset(&c->file, entry->key),
             "tensor \"%s\" is %s of %s, expected %s of %s", name,
             show_shape(entry->rank, entry->shape).text, entry->type->name,
             show_shape(rank, shape).text, type->name);
    return NULL;
}

/* Checks that each image occurs once: otherwise a step could read beyond the images. */
static bool check_order(const cnn_checkpoint *c, cnn_error *error) {
    const size_t images = c->state.train.images;
    const safetensors_entry *entry =
        find_tensor(c, CHECKPOINT_ORDER, &safetensors_i32, 1, &images, error);
    uint8_t *seen = entry ? memory_new(images, 1, error) : NULL;
    bool good = seen != NULL;
    for (size_t i = 0; good && i < images; i++) {
        uint32_t image;
        memcpy(&image, c->file.bytes + entry->begin + i * sizeof image, sizeof image);
        good = (image < images && !seen[image]) ||
               error_at(error, entry->begin + i * sizeof image,
                        "image %u is not one of %zu, or twice in the order", image, images);
        if (good)
            seen[image] = 1;
    }
    free(seen);
    return good;
}

/* Losses, accuracies and times in their possible ranges; NaN means none, or a diverged run. */
static bool possible(const double row[CHECKPOINT_HISTORY_COLUMNS]) {
    return row[0] >= 0 && row[0] < INFINITY && !(row[1] < 0) && !(row[2] < 0) && !(row[3] < 0) &&
           !(row[3] > 1) && !(row[4] < 0) && !(row[5] < 0) && !(row[5] > 1) &&
           (row[6] == 0 || row[6] == 1);
}

static bool check_history(const cnn_checkpoint *c, cnn_error *error) {
    const size_t history[] = {c->state.progress.epoch, CHECKPOINT_HISTORY_COLUMNS};
    const safetensors_entry *entry =
        find_tensor(c, CHECKPOINT_HISTORY, &safetensors_f64, 2, history, error);
    double row[CHECKPOINT_HISTORY_COLUMNS];
    for (size_t at = entry ? entry->begin : 0; entry && at < entry->end; at += sizeof row) {
        memcpy(row, c->file.bytes + at, sizeof row);
        if (!possible(row))
            return error_at(error, at, "the history of epoch %zu holds what no epoch can bring",
                            (at - entry->begin) / sizeof row + 1);
    }
    return entry;
}

static bool check_tensors(cnn_checkpoint *c, cnn_error *error) {
    const char *suffixes[2];
    const size_t kept = checkpoint_suffixes(c->state.options.optimizer.kind, suffixes);
    if (!check_order(c, error) || !check_history(c, error))
        return false;
    for (size_t i = 0; i < kept; i++)
        if (!parameters_check_set(c->network, &c->file, suffixes[i], error))
            return false;
    /* The second one is a mean of squares. */
    if (kept > 1 && !parameters_check_squares(c->network, &c->file, suffixes[1], error))
        return false;
    model_about about;
    if (!model_file_check(&c->file, c->network, &about, error))
        return false;
    model_about_release(&about);
    return true;
}

/* The number of training images per epoch; 0 if the numbers are inconsistent. */
static size_t images_of_epoch(const checkpoint_state *s) {
    size_t held_out;
    return s->train.images && run_holds_out(&s->options, s->train.images, &held_out, NULL)
               ? s->train.images - held_out
               : 0;
}

/* Whether a run with these settings could be at this step. */
static bool check_place(const cnn_checkpoint *c, cnn_error *error) {
    const checkpoint_state *s = &c->state;
    const run_progress *progress = &s->progress;
    const size_t images = images_of_epoch(s), batch = s->batch_size, epochs = s->options.epochs;
    if (!images || s->train.images > UINT32_MAX)
        return REFUSE(c, error, "%zu images with validation %g", s->train.images,
                      s->options.validation);
    if (!batch || batch > images)
        return REFUSE(c, error, "batches of %zu of %zu images", batch, images);
    const uint64_t steps = (images + batch - 1) / batch, most = UINT64_MAX - steps;
    if (!epochs || progress->epoch > epochs || progress->epoch > most / steps)
        return REFUSE(c, error, "epoch %zu of %zu", progress->epoch, epochs);
    if (progress->images > images || (progress->images % batch && progress->images < images) ||
        (progress->epoch == epochs && progress->images))
        return REFUSE(c, error, "%zu images of %zu are no place in an epoch", progress->images,
                      images);
    const uint64_t step = steps * progress->epoch + (progress->images + batch - 1) / batch;
    return s->step == step ||
           REFUSE(c, error, "step %" PRIu64 ", where the epochs make it %" PRIu64, s->step, step);
}

/* The sums over the current epoch; at its start, 0. */
static bool check_sums(const cnn_checkpoint *c, cnn_error *error) {
    const run_progress *progress = &c->state.progress;
    if (!(progress->loss_sum >= 0) || (!progress->images && progress->loss_sum > 0))
        return REFUSE(c, error, "run.loss_sum is %g after %zu images", progress->loss_sum,
                      progress->images);
    return (progress->seconds >= 0 && (progress->images || progress->seconds == 0)) ||
           REFUSE(c, error, "run.seconds is %g after %zu images", progress->seconds,
                  progress->images);
}

static bool check_rates(const cnn_checkpoint *c, cnn_error *error) {
    const cnn_train_options *options = &c->state.options;
    const size_t images = images_of_epoch(&c->state), batch = c->state.batch_size;
    const cnn_schedule schedule = run_schedule(options, (images + batch - 1) / batch);
    const char *problem = trainer_problem(&options->optimizer, &schedule);
    return !problem || REFUSE(c, error, "%s", problem);
}

/* The order matters: each check relies on those before it. */
static bool read_checkpoint(cnn_checkpoint *c, size_t size, cnn_error *error) {
    if (!check_sum(c->bytes, size, error) || !safetensors_open(&c->file, c->bytes, size, error) ||
        !check_version(c, error))
        return false;
    c->network = model_file_network(&c->file, error);
    return c->network && checkpoint_fields_read(&c->file, &c->state, error) &&
           check_note(c, error) && check_place(c, error) && check_sums(c, error) &&
           check_rates(c, error) && check_tensors(c, error);
}

/* -------------------------------------------------------------------------------- the interface */

cnn_checkpoint *checkpoint_take(uint8_t *bytes, size_t size, cnn_error *error) {
    cnn_checkpoint *c = memory_new(1, sizeof *c, error);
    if (!c) {
        free(bytes);
        return NULL;
    }
    c->bytes = bytes;
    if (read_checkpoint(c, size, error))
        return c;
    cnn_checkpoint_free(c);
    return NULL;
}

cnn_checkpoint *cnn_checkpoint_parse(const void *bytes, size_t size, cnn_error *error) {
    uint8_t *copy = given(bytes, "bytes", error) ? memory_new(size, 1, error) : NULL;
    if (!copy)
        return NULL;
    if (size)
        memcpy(copy, bytes, size);
    return checkpoint_take(copy, size, error);
}

void cnn_checkpoint_free(cnn_checkpoint *checkpoint) {
    if (!checkpoint)
        return;
    cnn_network_free(checkpoint->network);
    safetensors_close(&checkpoint->file);
    free(checkpoint->bytes);
    free(checkpoint);
}

cnn_train_options cnn_checkpoint_options(const cnn_checkpoint *checkpoint) {
    return checkpoint ? checkpoint->state.options : (cnn_train_options){0};
}

size_t cnn_checkpoint_batch_size(const cnn_checkpoint *checkpoint) {
    return checkpoint ? checkpoint->state.batch_size : 0;
}

const cnn_network *cnn_checkpoint_network(const cnn_checkpoint *checkpoint) {
    return checkpoint ? checkpoint->network : NULL;
}

const char *cnn_checkpoint_note(const cnn_checkpoint *checkpoint) {
    const char *note = checkpoint ? safetensors_metadata(&checkpoint->file, "run.note") : NULL;
    return note ? note : "";
}

/* A copy, since reading sets the entries' marks. */
cnn_model *cnn_checkpoint_model(const cnn_checkpoint *checkpoint, const cnn_model_options *options,
                                cnn_error *error) {
    cnn_model_options used = CNN_MODEL_OPTIONS_DEFAULT;
    if (!given(checkpoint, "checkpoint", error))
        return NULL;
    if (options)
        used = *options;
    used.batch_size = checkpoint->state.batch_size;
    safetensors file = checkpoint->file;
    return model_file_model(&file, checkpoint->network, &used, error);
}
