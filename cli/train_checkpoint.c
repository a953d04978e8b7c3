/* Names, writes and removes the checkpoint of a run, and opens it with the flags it was written
 * with. */
#define _POSIX_C_SOURCE 200809L
#include "train_checkpoint.h"

#include "claims.h"
#include "clock.h"
#include "commands.h"
#include "decimal.h"
#include "files.h"
#include "json_line.h"
#include "json_text.h"
#include "outputs.h"
#include "print.h"
#include "source.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVERY_DEFAULT "1m"
#define EVERY_MOST 1000000000
/* Interrupted runs that may leave checkpoints beside one model. */
#define MOST_CHECKPOINTS 1000

/* Reads "500" or "5m". */
static bool read_every(train_run *run, const char *text) {
    uint64_t number;
    bool large = false;
    const size_t length = decimal_digits(text, strlen(text), EVERY_MOST, &number, &large);
    const bool minutes = !strcmp(text + length, "m");
    if (!length || (text[length] && !minutes) || number == 0 || large)
        return false;
    run->every_steps = minutes ? 0 : number;
    run->every_seconds = minutes ? 60 * (double)number : 0;
    return true;
}

bool train_checkpoint_flags(train_run *run) {
    const train_settings *settings = run->settings;
    run->keeps = settings->checkpoint || settings->every || settings->resume;
    if (read_every(run, settings->every ? settings->every : EVERY_DEFAULT))
        return true;
    report_usage("--every takes steps or minutes, 500 or 5m, not '%s'", settings->every);
    return false;
}

static bool set_name(train_run *run, char *name, cnn_error *error) {
    free(run->checkpoint);
    run->checkpoint = name;
    return name || source_refuse(error, "", "no memory for the name of the checkpoint");
}

/* Claims all files of the run, with those that no flag names. */
static bool keep_files(const train_run *run, cnn_error *error) {
    const train_settings *s = run->settings;
    const bool best = s->validation > 0 || train_validates(run);
    const bool unnamed = run->keeps && !s->resume && !s->checkpoint;
    const file_use more[] = {
        {"the default --out", s->out ? NULL : run->out, OPTION_OUTPUT},
        {"the best model", best ? run->best_out : NULL, OPTION_OUTPUT},
        {"the default --checkpoint", unnamed ? run->checkpoint : NULL, OPTION_OUTPUT},
    };
    return files_ready(&command_train, s, more, sizeof more / sizeof *more, error);
}

/* A second run must not overwrite the checkpoint of a first that can still be resumed: checked only
 * once no other run can create one. */
bool train_checkpoint_name(train_run *run, cnn_error *error) {
    const train_settings *settings = run->settings;
    const char *given = settings->resume ? settings->resume : settings->checkpoint;
    if (!set_name(run, given ? strdup(given) : outputs_checkpoint(run->out, 1), error) ||
        !keep_files(run, error))
        return false;
    if (settings->resume)
        file_id_of(run->checkpoint, &run->saved);
    else if (run->keeps && outputs_there(run->checkpoint))
        return source_refuse(error, run->checkpoint,
                             "already exists: resume it with --resume or delete it");
    return true;
}

/* null for a flag not given, and for names that JSON cannot hold. */
static json_t *text_or_null(const char *text) {
    return text ? json_line_string(text) : json_null();
}

bool train_checkpoint_begin(train_run *run, cnn_error *error) {
    const train_settings *s = run->settings;
    json_t *note = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:b, s:b, s:b}", "network",
        text_or_null(s->network), "data", text_or_null(s->training.data), "out",
        text_or_null(run->out), "log", text_or_null(s->log), "every", text_or_null(s->every),
        "backend", text_or_null(s->training.backend), "threads", (json_int_t)s->training.threads,
        "limit", (json_int_t)s->training.limit, "test_limit", (json_int_t)s->test_limit, "skip_bad",
        (int)s->training.skip_bad, "no_fit", (int)s->training.no_fit, "fit", (int)run->fit);
    char *text = json_line_dump(note, JSON_ENSURE_ASCII | JSON_COMPACT);
    const bool good = text ? cnn_run_set_note(run->training, text, error)
                           : source_refuse(error, "", "no memory for the checkpoint");
    free(text);
    json_decref(note);
    run->saved_at = clock_seconds();
    return good;
}

static bool save(train_run *run, cnn_error *error) {
    if (!cnn_run_save(run->training, run->checkpoint, error))
        return false;
    run->saved_at = clock_seconds();
    file_id_of(run->checkpoint, &run->saved);
    return true;
}

bool train_checkpoint_step(train_run *run, cnn_error *error) {
    if (!run->keeps)
        return true;
    const bool due = run->every_steps ? run->steps % run->every_steps == 0
                                      : clock_seconds() - run->saved_at >= run->every_seconds;
    return !due || save(run, error);
}

/* Checked again once claimed: a run that had it may just have ended. */
static bool take_if_free(const char *name, cnn_error *error) {
    return (outputs_free(name) || source_refuse(error, name, "already exists")) &&
           claims_take(name, error) &&
           (outputs_free(name) || source_refuse(error, name, "already exists"));
}

/* Without --checkpoint, an existing file beside the model belongs to another run that was
 * stopped. */
static bool choose_name(train_run *run, cnn_error *error) {
    for (int n = 1; n <= MOST_CHECKPOINTS; n++) {
        if (!set_name(run, outputs_checkpoint(run->out, n), error))
            return false;
        run->checkpoint_number = n;
        if (take_if_free(run->checkpoint, error))
            return true;
    }
    return false;
}

/* A link to it stays. */
static bool remove_own(const train_run *run) {
    char target[PATH_MAX];
    file_id there;
    return file_id_of(run->checkpoint, &there) && file_id_same_file(&there, &run->saved) &&
           file_id_target(run->checkpoint, target, sizeof target) && !unlink(target);
}

bool train_checkpoint_end(train_run *run, cnn_error *error) {
    run->resumable = run->interrupted && !run->settings->training.mistake &&
                     (run->keeps || !outputs_device(run->out));
    if (run->resumable)
        return (run->keeps || choose_name(run, error)) && save(run, error);
    if (!run->interrupted && run->keeps)
        run->checkpoint_removed = remove_own(run);
    return true;
}

/* --------------------------------------------------------------------------------------- resume */

/* JSON keeps the order in which train_checkpoint_begin() writes it. */
#define NOTE_START "{\"network\":"

static const char *noted_text(const json_t *note, const char *key) {
    return json_string_value(json_object_get(note, key));
}

static uint64_t noted_count(const json_t *note, const char *key) {
    const json_int_t number = json_integer_value(json_object_get(note, key));
    return number > 0 ? (uint64_t)number : 0;
}

static const char *first_of(const char *given, const char *noted) {
    return given ? given : noted;
}

/* Settings that decide the result come from the run itself. */
static void take_options(train_settings *s, const cnn_checkpoint *from) {
    const cnn_train_options options = cnn_checkpoint_options(from);
    training_flags *flags = &s->training;
    s->epochs = options.epochs;
    s->validation = options.validation;
    flags->batch_size = cnn_checkpoint_batch_size(from);
    flags->seed = options.seed;
    flags->optimizer = (int)options.optimizer.kind;
    flags->lr = options.optimizer.lr;
    flags->momentum = options.optimizer.momentum;
    flags->nesterov = options.optimizer.nesterov;
    flags->weight_decay = options.optimizer.weight_decay;
    flags->schedule = (int)options.schedule.kind;
    flags->gamma = options.schedule.gamma;
}

/* The others come from the note, unless the flag is given now. */
static void take_note(train_settings *s, const json_t *note) {
    training_flags *flags = &s->training;
    s->network = first_of(noted_text(note, "network"), "a network");
    s->out = first_of(s->out, noted_text(note, "out"));
    s->log = first_of(s->log, noted_text(note, "log"));
    s->every = first_of(s->every, noted_text(note, "every"));
    if (flags->data == train_defaults.training.data)
        flags->data = noted_text(note, "data");
    flags->backend = first_of(flags->backend, noted_text(note, "backend"));
    flags->threads = flags->threads ? flags->threads : noted_count(note, "threads");
    flags->limit = noted_count(note, "limit");
    s->test_limit = noted_count(note, "test_limit");
    flags->skip_bad = flags->skip_bad || json_is_true(json_object_get(note, "skip_bad"));
    /* Older notes lack it: nothing was fitted. */
    const json_t *no_fit = json_object_get(note, "no_fit");
    flags->no_fit = !no_fit || json_is_true(no_fit);
}

bool train_checkpoint_open(train_run *run, cnn_error *error) {
    train_settings *s = &run->own;
    run->from = cnn_checkpoint_load(s->resume, error);
    if (!run->from)
        return false;
    /* The checksum holds: a note that begins as ours is complete, so parsing fails only without
     * memory. */
    const char *note = cnn_checkpoint_note(run->from);
    const bool ours = !strncmp(note, NOTE_START, sizeof NOTE_START - 1);
    run->note = ours ? json_read(note, strlen(note), 0, NULL) : NULL;
    if (!json_is_object(run->note))
        return source_refuse(error, s->resume,
                             ours ? "no memory for its note"
                                  : "not a run of cnn train: its note is another's");
    /* The default's own pointer means that the flag was not given. */
    const bool given = s->training.data != train_defaults.training.data;
    take_options(s, run->from);
    take_note(s, run->note);
    run->fit = json_is_true(json_object_get(run->note, "fit"));
    run->network = cnn_checkpoint_network(run->from);
    if (!read_every(run, s->every ? s->every : EVERY_DEFAULT))
        return source_refuse(error, s->resume, "not a run of cnn train: no --every in its note");
    if (!s->training.data)
        return source_refuse(error, s->resume, "does not say where the images are: give --data");
    return given || !access(s->training.data, F_OK) ||
           source_refuse(error, s->training.data,
                         "the images of the run are not there, seen from this folder: give --data");
}
