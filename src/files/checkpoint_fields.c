/* The plain values of a checkpoint in a table, which both writing and reading use. */
#include "checkpoint.h"

#include "decimal.h"
#include "json_text.h"
#include "shown.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* RARE: a count that is omitted if 0, as in files from before it existed. */
typedef enum field_type { COUNT, RARE, WORD, REAL, FLAG, OPTIMIZER, SCHEDULE } field_type;

typedef struct field {
    const char *key;
    field_type type; /* size_t, uint64_t, double, bool, and two enumerations */
    size_t offset;
} field;

#define ROW(key, type, member)                                                                     \
    { "run." key, type, offsetof(checkpoint_state, member) }
static const field fields[] = {
    ROW("batch_size", COUNT, batch_size),
    ROW("epochs", COUNT, options.epochs),
    ROW("seed", WORD, options.seed),
    ROW("validation", REAL, options.validation),
    ROW("held_out", RARE, options.held_out),
    ROW("optimizer", OPTIMIZER, options.optimizer.kind),
    ROW("lr", REAL, options.optimizer.lr),
    ROW("momentum", REAL, options.optimizer.momentum),
    ROW("nesterov", FLAG, options.optimizer.nesterov),
    ROW("weight_decay", REAL, options.optimizer.weight_decay),
    ROW("beta1", REAL, options.optimizer.beta1),
    ROW("beta2", REAL, options.optimizer.beta2),
    ROW("epsilon", REAL, options.optimizer.epsilon),
    ROW("schedule", SCHEDULE, options.schedule.kind),
    ROW("total_steps", WORD, options.schedule.total_steps),
    ROW("step_size", WORD, options.schedule.step_size),
    ROW("gamma", REAL, options.schedule.gamma),
    ROW("min_lr", REAL, options.schedule.min_lr),
    ROW("warmup", REAL, options.schedule.warmup),
    ROW("div_factor", REAL, options.schedule.div_factor),
    ROW("final_div_factor", REAL, options.schedule.final_div_factor),
    ROW("base_momentum", REAL, options.schedule.base_momentum),
    ROW("max_momentum", REAL, options.schedule.max_momentum),
    ROW("epoch", COUNT, progress.epoch),
    ROW("images", COUNT, progress.images),
    ROW("step", WORD, step),
    ROW("loss_sum", REAL, progress.loss_sum),
    ROW("seconds", REAL, progress.seconds),
    ROW("random", WORD, progress.random.state),
    ROW("train.images", COUNT, train.images),
    ROW("train.pixels", COUNT, train.pixels),
    ROW("train.labels", COUNT, train.labels),
    ROW("test.images", COUNT, test.images),
    ROW("test.pixels", COUNT, test.pixels),
    ROW("test.labels", COUNT, test.labels),
};
enum { FIELDS = sizeof fields / sizeof *fields };

/* -------------------------------------------------------------------------------------- writing */

static json_t *whole(uint64_t number) {
    return json_sprintf("%" PRIu64, number);
}

static json_t *real_text(double number) {
    char *text = json_write_real(number, NULL);
    json_t *string = text ? json_string(text) : NULL;
    free(text);
    return string;
}

/* NULL if there is no memory. */
static json_t *value_of(const checkpoint_state *state, const field *field) {
    const void *at = (const char *)state + field->offset;
    switch (field->type) {
    case COUNT:
    case RARE:
        return whole(*(const size_t *)at);
    case WORD:
        return whole(*(const uint64_t *)at);
    case REAL:
        return real_text(*(const double *)at);
    case FLAG:
        return json_string(*(const bool *)at ? "true" : "false");
    case OPTIMIZER:
        return json_string(cnn_optimizer_kind_name(*(const cnn_optimizer_kind *)at));
    default:
        return json_string(cnn_schedule_kind_name(*(const cnn_schedule_kind *)at));
    }
}

static bool left_out(const checkpoint_state *state, const field *field) {
    return field->type == RARE && !*(const size_t *)((const char *)state + field->offset);
}

bool checkpoint_fields_write(json_t *metadata, const checkpoint_state *state, cnn_error *error) {
    for (size_t i = 0; i < FIELDS; i++)
        if (!left_out(state, &fields[i]) &&
            json_object_set_new(metadata, fields[i].key, value_of(state, &fields[i])))
            return error_set(error, CNN_STATUS_NO_MEMORY, "no memory for the metadata");
    return true;
}

/* -------------------------------------------------------------------------------------- reading */

static bool read_flag(const char *text, bool *flag) {
    *flag = !strcmp(text, "true");
    return *flag || !strcmp(text, "false");
}

static bool read_count(const char *text, size_t *count) {
    uint64_t number;
    const bool good = decimal_whole(text, SIZE_MAX, &number);
    if (good)
        *count = (size_t)number;
    return good;
}

/* False, with *error unchanged, if the text is not of the type. */
static bool read_value(const char *text, const field *field, checkpoint_state *state,
                       cnn_error *error) {
    void *at = (char *)state + field->offset;
    switch (field->type) {
    case COUNT:
    case RARE:
        return read_count(text, at);
    case WORD:
        return decimal_whole(text, UINT64_MAX, at);
    case REAL:
        return json_read_real(text, at, error);
    case FLAG:
        return read_flag(text, at);
    case OPTIMIZER:
        return cnn_optimizer_kind_of(text, at);
    default:
        return cnn_schedule_kind_of(text, at);
    }
}

static bool read_field(const safetensors *file, const field *field, checkpoint_state *state,
                       cnn_error *error) {
    const char *text = safetensors_metadata(file, field->key);
    cnn_error inner = {.status = CNN_STATUS_BAD_FILE};
    if (!text && field->type == RARE)
        return true;
    if (!text)
        return error_at(error, model_file_metadata(file), "no %s in the metadata", field->key);
    if (read_value(text, field, state, &inner))
        return true;
    if (inner.status == CNN_STATUS_NO_MEMORY)
        return error_set(error, CNN_STATUS_NO_MEMORY, "%s", inner.message);
    return error_at(error, model_file_metadata(file), "%s is \"%s\"", field->key,
                    show(text, strlen(text), 30).text);
}

bool checkpoint_fields_read(const safetensors *file, checkpoint_state *state, cnn_error *error) {
    *state = (checkpoint_state){.options = CNN_TRAIN_OPTIONS_DEFAULT};
    for (size_t i = 0; i < FIELDS; i++)
        if (!read_field(file, &fields[i], state, error))
            return false;
    return true;
}
