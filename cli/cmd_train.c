/* cnn train: trains a network, writes the model, and loses neither an old model nor an
 * interrupted run. */
#define _POSIX_C_SOURCE 200809L
#include "commands.h"
#include "images.h"
#include "interrupt.h"
#include "json_line.h"
#include "mistake_names.h"
#include "outputs.h"
#include "print.h"
#include "source.h"
#include "train_checkpoint.h"
#include "train_run.h"
#include "train_with.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Steps between two lines of the log. */
#define LOG_STEPS 100

static const option train_rows[] = {
    ROW_FILE(train_settings, network, OPTION_INPUT, NULL, "NETWORK", "a text or a model"),
    ROW_FILE(train_settings, weights, OPTION_INPUT, "--weights", "FILE", "initial weights"),
    ROW_SWITCH(train_settings, from_scratch, "--from-scratch", "MODEL's network"),
    ROW_FILE(train_settings, out, OPTION_OUTPUT, "--out", "FILE", "the model (here)"),
    ROW_FILE(train_settings, log, OPTION_LOG, "--log", "FILE", "JSON lines"),
    ROW_COUNT(train_settings, epochs, "--epochs", "passes over all", 1, 1e6),
    ROW_COUNT(train_settings, step_epochs, "--step-epochs", "per decay step (1)", 1, 1e6),
    ROW_REAL(train_settings, validation, "--validation", "share held out", 0, 0.9),
    ROW_COUNT(train_settings, test_limit, "--test-limit", "first N test images", 1, 1e9),
    ROW_FILE(train_settings, checkpoint, OPTION_OUTPUT, "--checkpoint", "FILE",
             "write checkpoints"),
    ROW_TEXT(train_settings, every, "--every", "N|Nm", "steps, minutes (1m)"),
    ROW_FILE(train_settings, resume, OPTION_KEPT, "--resume", "FILE", "resume from"),
    ROW_FILE(train_settings, with, OPTION_INPUT, "--with", "FILE", "layers of yours"),
};

/* Last, where half a line is free. */
static const option train_last_rows[] = {
    ROW_SWITCH(train_settings, profile, "--profile", "time by layer"),
    ROW_TEXT(train_settings, training.mistake, "--break", "NAME", "see help mistakes"),
    ROW_SWITCH(train_settings, json, "--json", "result as JSON"),
};

static const option_group train_groups[] = {
    {OPTION_ROWS(train_rows), 0},
    {TRAINING_ROWS, offsetof(train_settings, training)},
    {OPTION_ROWS(train_last_rows), 0},
    {NULL, 0, 0},
};
static const char *const train_examples[] = {
    "cnn train networks/simple.net --data digits --checkpoint run.ckpt",
    NULL,
};
/* All other flags decide the result, and are in the checkpoint. */
static const char *const train_beside_resume[] = {
    "--threads", "--backend",  "--data", "--out",     "--log",
    "--every",   "--skip-bad", "--json", "--profile", NULL,
};
const train_settings train_defaults = {
    .epochs = 5,
    .training = TRAINING_FLAGS_DEFAULT,
};

const cnn_epoch *train_epoch(const train_run *run, size_t epoch) {
    return &cnn_run_history(run->training)[epoch];
}

/* Progress and messages for people: with --json, standard output belongs to the object alone. */
static FILE *words(const train_run *run) {
    return run->settings->json ? stderr : stdout;
}

static bool finish_epoch(train_run *run, const cnn_progress *progress) {
    run->finished = progress->epoch + 1;
    bar_clear(&run->bar);
    train_report_epoch(run, progress->epoch, words(run));
    if (run->with)
        train_with_epoch(run->with, progress->finished->train_loss, words(run));
    if (run->log)
        train_log_epoch(run, progress);
    if (!train_held_out(run) || !progress->finished->best)
        return true;
    if (!cnn_model_save(run->model, run->best_out, &run->error))
        return false;
    run->best_epoch = run->finished;
    return true;
}

static bool on_progress(const cnn_progress *progress, void *context) {
    train_run *run = context;
    if (progress->finished)
        return finish_epoch(run, progress) && !interrupt_wished();
    run->steps = cnn_run_get_info(run->training).step;
    if (run->log && run->steps % LOG_STEPS == 0)
        train_log_step(run, progress);
    bar_draw(&run->bar, progress);
    if (run->with && !train_with_step(run->with, run->model, run->training, &run->error))
        return false;
    return train_checkpoint_step(run, &run->error) && !interrupt_wished();
}

static bool flags_agree(train_run *run) {
    const train_settings *settings = run->settings;
    if (!training_flags_agree(&settings->training) || !train_checkpoint_flags(run) ||
        !train_beside_flags(run))
        return false;
    if (settings->step_epochs && settings->training.schedule != CNN_SCHEDULE_STEP) {
        report_usage("--step-epochs counts only with --schedule step");
        return false;
    }
    if (settings->training.mistake && (settings->checkpoint || settings->every)) {
        report_usage("--break keeps no checkpoint: leave out --checkpoint and --every");
        return false;
    }
    return true;
}

/* Only numbers that a sound run may leave take a sound model's name. */
static char *default_out(const train_run *run) {
    const char *mistake = run->settings->training.mistake;
    char *name = outputs_model(run->settings->network, run->source.file != NULL);
    char *broken = name && mistake ? outputs_broken(name, mistake) : NULL;
    if (mistake)
        free(name);
    return mistake ? broken : name;
}

static bool name_files(train_run *run, cnn_error *error) {
    const train_settings *settings = run->settings;
    run->out = settings->out ? strdup(settings->out) : default_out(run);
    run->best_out = run->out ? outputs_best(run->out) : NULL;
    if (!run->best_out)
        return source_refuse(error, "", "no memory for the name of the model");
    return train_checkpoint_name(run, error);
}

const char *train_weights(const train_run *run) {
    const source *source = &run->source;
    return !source_trained(source) ? NULL
           : source->weights.name  ? source->weights.name
                                   : source->content.name;
}

/* Is this the default name of the class? */
static bool is_number(const char *name, size_t index) {
    char number[24];
    snprintf(number, sizeof number, "%zu", index);
    return !strcmp(name, number);
}

/* Gives the model the names of the images, unless it has its own, which must not mean other
 * classes. */
static bool name_classes(train_run *run, cnn_error *error) {
    for (size_t i = 0; i < cnn_network_class_count(run->network); i++) {
        const char *seen = cnn_dataset_class_at(run->train, i),
                   *known = cnn_model_class_at(run->model, i);
        if (is_number(known, i) && !cnn_model_set_class(run->model, i, seen, error))
            return false;
        if (!is_number(known, i) && !is_number(seen, i) && strcmp(known, seen))
            return source_refuse(error, run->settings->training.data,
                                 "class %zu is %s here, and %s in %s", i, seen, known,
                                 train_weights(run));
    }
    return true;
}

/* A batch is never larger than the images of an epoch, whatever the flag says: steps and results
 * are the same, and memory depends on the images. */
static cnn_model_options model_options(const train_run *run) {
    const size_t images = cnn_dataset_get_info(run->train).images - train_held_out(run);
    cnn_model_options options = training_options(&run->settings->training);
    options.batch_size = options.batch_size < images ? options.batch_size : images;
    options.profile = run->settings->profile;
    return options;
}

static bool resume_model(train_run *run, cnn_error *error) {
    cnn_model_options options = training_options(&run->settings->training);
    options.profile = run->settings->profile;
    run->model = cnn_checkpoint_model(run->from, &options, error);
    if (run->model)
        run->normalization = cnn_model_normalization(run->model);
    return run->model != NULL;
}

static bool make_model(train_run *run, cnn_error *error) {
    const cnn_model_options options = model_options(run);
    run->model = source_start(&run->source, &options, &run->normalization, error);
    if (!run->model)
        return false;
    report_threads(run->model, options.threads);
    run->normalization = cnn_model_normalization(run->model);
    return cnn_model_set_preprocessing(run->model, run->preprocessing, error) &&
           name_classes(run, error);
}

static cnn_run *create_run(train_run *run, cnn_error *error) {
    const train_settings *settings = run->settings;
    const size_t images = cnn_dataset_get_info(run->train).images - train_held_out(run);
    const size_t batch = settings->training.batch_size, steps = (images + batch - 1) / batch;
    const cnn_train_options options = {
        .epochs = settings->epochs,
        .seed = settings->training.seed,
        .validation = settings->validation,
        .held_out = run->validation_images,
        .optimizer = training_optimizer(&settings->training),
        .schedule = training_schedule(&settings->training, steps * settings->step_epochs, 0),
        .progress = on_progress,
        .context = run,
    };
    return cnn_run_create(run->model, run->train, run->test, &options, error);
}

/* Images that differ from the checkpoint's are reported as an error of the folder. */
static cnn_run *resume_run(train_run *run, cnn_error *error) {
    cnn_run *training =
        cnn_run_resume(run->from, run->model, run->train, run->test, on_progress, run, error);
    if (!training && error->status == CNN_STATUS_BAD_ARGUMENT)
        snprintf(error->file, sizeof error->file, "%s", run->settings->training.data);
    return training;
}

static bool make_run(train_run *run, cnn_error *error) {
    run->training = run->from ? resume_run(run, error) : create_run(run, error);
    if (!run->training)
        return false;
    const cnn_run_info info = cnn_run_get_info(run->training);
    run->finished = info.epoch;
    run->steps = run->resumed_step = info.step;
    for (size_t i = 0; i < run->finished && train_held_out(run); i++)
        run->best_epoch = train_epoch(run, i)->best ? i + 1 : run->best_epoch;
    return train_checkpoint_begin(run, error);
}

static bool open_log(train_run *run, cnn_error *error) {
    const char *path = run->settings->log;
    if (!path)
        return true;
    run->log = fopen(path, run->from ? "ae" : "we");
    if (!run->log)
        return source_refuse(error, path, "%s", strerror(errno));
    if (run->from)
        train_log_resumed(run);
    return true;
}

static bool open_network(train_run *run, cnn_error *error) {
    const train_settings *settings = run->settings;
    if (settings->resume)
        return train_checkpoint_open(run, error);
    if (!source_open(&run->source, settings->network, settings->weights, error))
        return false;
    run->network = run->source.network;
    run->source.from_scratch = settings->from_scratch;
    if (settings->from_scratch && !run->source.file)
        return source_refuse(error, settings->network,
                             "a network text is always trained from scratch: leave the flag out");
    return source_trainable(run->network, settings->network, error);
}

static bool prepare(train_run *run, cnn_error *error) {
    return train_look(run, error) && name_files(run, error) &&
           (!run->from || resume_model(run, error)) && train_load_images(run, error) &&
           (run->from || make_model(run, error)) && train_load_test(run, error) &&
           make_run(run, error) && train_beside_begin(run, error) && open_log(run, error);
}

/* Trains to the end, or until Ctrl-C, which counts as success; after the last step it comes too
 * late to stop anything. */
static bool train(train_run *run, cnn_error *error) {
    run->bar = bar_on(stderr);
    interrupt_catch();
    bool good = cnn_run_train(run->training, NULL, error);
    bar_clear(&run->bar);
    if (!good && error->status == CNN_STATUS_STOPPED) {
        good = run->error.status == CNN_STATUS_OK;
        run->interrupted = good && run->finished < run->settings->epochs;
        *error = run->error;
    } else if (!good && error->status == CNN_STATUS_DIVERGED) {
        run->diverged = true;
        source_refuse(error, run->out,
                      "not written: the run has diverged in epoch %zu; try a smaller --lr",
                      run->finished);
    }
    return good;
}

/* Closing may report a write that the disk had delayed. */
static void close_log(train_run *run) {
    if (run->log && fclose(run->log) && !run->log_problem)
        run->log_problem = errno;
    run->log = NULL;
}

static int finish(train_run *run) {
    int code = run->interrupted ? EXIT_INTERRUPTED : 0;
    if (run->settings->json && json_line_print(train_json(run)))
        code = EXIT_FAILED;
    else if (!run->settings->json && !train_report_end(run, stdout))
        code = report_error("no memory for the report");
    close_log(run);
    if (run->log_problem)
        code = report_error("%s: the log could not be written: %s", run->settings->log,
                            strerror(run->log_problem));
    return code;
}

static void clean_up(train_run *run) {
    close_log(run);
    confusion_free(&run->result);
    train_with_close(run->with);
    free(run->out);
    free(run->best_out);
    free(run->checkpoint);
    cnn_run_free(run->training);
    cnn_model_free(run->model);
    cnn_dataset_free(run->test);
    cnn_dataset_free(run->train);
    source_close(&run->source);
    cnn_checkpoint_free(run->from);
    json_decref(run->note);
}

/* A stopped run keeps its checkpoint; a completed one needs it until its model is saved. */
static bool keep_model(train_run *run, cnn_error *error) {
    if (run->interrupted && !train_checkpoint_end(run, error))
        return false;
    return cnn_model_save(run->model, run->out, error) &&
           (run->interrupted || train_checkpoint_end(run, error));
}

static bool work(train_run *run, cnn_error *error) {
    if (!prepare(run, error))
        return false;
    if (run->with)
        train_with_head(run->with, words(run));
    train_report_head(run, words(run));
    train_report_resumed(run, words(run));
    const bool trained =
        train(run, error) && train_beside_finish(run, error) && keep_model(run, error);
    interrupt_release();
    return trained && (!run->test || confusion_measure(&run->result, run->model, run->test, error));
}

/* Programs learn from the object that a run has diverged, people from the line. */
static int fail(train_run *run, const cnn_error *error) {
    const int code = report_cnn_error(error);
    if (run->diverged && run->settings->json)
        json_line_print(train_json(run));
    return code;
}

static int train_run_command(const void *values, const char *program) {
    cnn_error error;
    train_run run = {.own = *(const train_settings *)values, .program = program};
    run.settings = &run.own;
    if (!run.own.network)
        run.own.network = SOURCE_NETWORK;
    if (!flags_agree(&run))
        return EXIT_USAGE;
    int code;
    if (run.own.training.mistake && !mistake_names_check(run.own.training.mistake))
        return EXIT_FAILED;
    if (!open_network(&run, &error))
        code = fail(&run, &error);
    else if (!training_flags_agree_with(&run.own.training, &run.source))
        code = EXIT_USAGE;
    else
        code = work(&run, &error) ? finish(&run) : fail(&run, &error);
    clean_up(&run);
    return code;
}

const cli_command command_train = {
    .name = "train",
    .summary = "Trains a network, or a model further (networks/simple.net).",
    .groups = train_groups,
    .examples = train_examples,
    .defaults = &train_defaults,
    .size = sizeof(train_settings),
    .run = train_run_command,
    .lone = "--resume",
    .beside = train_beside_resume,
};
