#define _POSIX_C_SOURCE 200809L
#include "commands.h"
#include "images.h"
#include "interrupt.h"
#include "json_line.h"
#include "outputs.h"
#include "say.h"
#include "source.h"
#include "train_checkpoint.h"
#include "train_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Steps between two lines of the log. */
#define LOG_STEPS 100

static const option train_rows[] = {
    ROW_FILE(train_settings, network, OPTION_INPUT, NULL, "NETWORK", "networks/simple.net"),
    ROW_FILE(train_settings, out, OPTION_OUTPUT, "--out", "FILE", "the model (here)"),
    ROW_FILE(train_settings, log, OPTION_LOG, "--log", "FILE", "JSON lines"),
    ROW_COUNT(train_settings, epochs, "--epochs", "passes over all", 1, 1e6),
    ROW_COUNT(train_settings, step_epochs, "--step-epochs", "for step (1)", 1, 1e6),
    ROW_REAL(train_settings, validation, "--validation", "share held out", 0, 0.9),
    ROW_COUNT(train_settings, test_limit, "--test-limit", "first N test images", 1, 1e9),
    ROW_FILE(train_settings, checkpoint, OPTION_OUTPUT, "--checkpoint", "FILE", "keeps the run"),
    ROW_TEXT(train_settings, every, "--every", "N|Nm", "steps, minutes (1m)"),
    ROW_FILE(train_settings, resume, OPTION_KEPT, "--resume", "FILE", "goes on with it"),
};

/* Behind the others, where half a line is free. */
static const option train_last_rows[] = {
    ROW_SWITCH(train_settings, profile, "--profile", "time by layer"),
    ROW_SWITCH(train_settings, json, "--json", "result as JSON"),
};

static const option_group train_groups[] = {
    {OPTION_ROWS(train_rows), 0},
    {TRAINING_ROWS, offsetof(train_settings, training)},
    {OPTION_ROWS(train_last_rows), 0},
    {NULL, 0, 0},
};
static const char *const train_examples[] = {
    "cnn train networks/simple.net --data digits --schedule onecycle --epochs 3",
    "cnn train networks/scratch.net --limit 1000 --checkpoint run.ckpt --every 100",
    NULL,
};
/* Everything else decides the result, and is in the checkpoint. */
static const char *const train_beside_resume[] = {
    "--threads", "--backend",  "--data", "--out",     "--log",
    "--every",   "--skip-bad", "--json", "--profile", NULL,
};
const train_settings train_defaults = {
    .epochs = 5,
    .training = TRAINING_FLAGS_DEFAULT,
};

size_t train_held_out(const train_run *run) {
    return cnn_train_held_out(cnn_dataset_about(run->train).images, run->settings->validation);
}

size_t train_test_images(const train_run *run) {
    return run->test ? cnn_dataset_about(run->test).images : 0;
}

const cnn_epoch *train_epoch(const train_run *run, size_t epoch) {
    return &cnn_run_history(run->training)[epoch];
}

/* Progress and words for people: with --json, standard output belongs to the object alone. */
static FILE *words(const train_run *run) {
    return run->settings->json ? stderr : stdout;
}

static bool finish_epoch(train_run *run, const cnn_progress *progress) {
    run->finished = progress->epoch + 1;
    bar_clear(&run->bar);
    train_report_epoch(run, progress->epoch, words(run));
    if (run->log)
        train_log_epoch(run, progress);
    if (!run->settings->validation || !progress->finished->best)
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
    run->steps = cnn_run_about(run->training).step;
    if (run->log && run->steps % LOG_STEPS == 0)
        train_log_step(run, progress);
    bar_draw(&run->bar, progress);
    return train_checkpoint_step(run, &run->error) && !interrupt_wished();
}

static bool flags_agree(train_run *run) {
    const train_settings *settings = run->settings;
    if (!training_flags_agree(&settings->training) || !train_checkpoint_flags(run))
        return false;
    if (settings->step_epochs && settings->training.schedule != CNN_STEP) {
        say_usage("--step-epochs counts only with --schedule step");
        return false;
    }
    return true;
}

static bool name_files(train_run *run, cnn_error *error) {
    const train_settings *settings = run->settings;
    run->out = settings->out ? strdup(settings->out) : outputs_model(settings->network);
    run->best_out = run->out ? outputs_best(run->out) : NULL;
    if (!run->best_out)
        return source_refuse(error, "", "no memory for the name of the model");
    return train_checkpoint_name(run, error);
}

static bool load_images(train_run *run, cnn_error *error) {
    const training_flags *flags = &run->settings->training;
    run->train = training_images(flags, run->network, &run->normalisation, error);
    return run->train != NULL;
}

static bool make_model(train_run *run, cnn_error *error) {
    cnn_model_options options = training_model(&run->settings->training, run->normalisation);
    options.profile = run->settings->profile;
    run->model = run->from ? cnn_checkpoint_model(run->from, &options, error)
                           : cnn_model_create(run->network, &options, error);
    if (!run->model)
        return false;
    run->normalisation = cnn_model_normalisation(run->model);
    for (size_t i = 0; !run->from && i < cnn_network_classes(run->network); i++)
        if (!cnn_model_set_class(run->model, i, cnn_dataset_class(run->train, i), error))
            return false;
    cnn_model_set_mnist_form(run->model, cnn_dataset_mnist_form(run->train));
    return true;
}

/* After the model, whose names of classes say which folder is which. */
static bool load_test(train_run *run, cnn_error *error) {
    const training_flags *flags = &run->settings->training;
    const uint64_t limit = run->settings->test_limit;
    if (!images_have_test(flags->data))
        return true;
    run->test = images_to_test(flags->data, flags->skip_bad, run->model, error);
    return run->test && (!limit || cnn_dataset_truncate(run->test, limit, error));
}

static cnn_run *create_run(train_run *run, cnn_error *error) {
    const train_settings *settings = run->settings;
    const size_t images = cnn_dataset_about(run->train).images - train_held_out(run);
    const size_t batch = settings->training.batch_size, steps = (images + batch - 1) / batch;
    const cnn_train_options options = {
        .epochs = settings->epochs,
        .seed = settings->training.seed,
        .validation = settings->validation,
        .optimizer = training_optimizer(&settings->training),
        .schedule = training_schedule(&settings->training, steps * settings->step_epochs, 0),
        .progress = on_progress,
        .context = run,
    };
    return cnn_run_create(run->model, run->train, run->test, &options, error);
}

/* Images that are not those of the checkpoint are the folder's fault. */
static cnn_run *resume_run(train_run *run, cnn_error *error) {
    cnn_run *training =
        cnn_run_resume(run->from, run->model, run->train, run->test, on_progress, run, error);
    if (!training && error->status == CNN_BAD_ARGUMENT)
        snprintf(error->file, sizeof error->file, "%s", run->settings->training.data);
    return training;
}

static bool make_run(train_run *run, cnn_error *error) {
    run->training = run->from ? resume_run(run, error) : create_run(run, error);
    if (!run->training)
        return false;
    const cnn_run_info info = cnn_run_about(run->training);
    run->finished = info.epoch;
    run->steps = run->resumed_step = info.step;
    for (size_t i = 0; i < run->finished && run->settings->validation; i++)
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
    if (run->settings->resume)
        return train_checkpoint_open(run, error);
    run->own_network = source_network(run->settings->network, error);
    run->network = run->own_network;
    return run->network && source_trainable(run->network, run->settings->network, error);
}

static bool prepare(train_run *run, cnn_error *error) {
    return open_network(run, error) && name_files(run, error) && load_images(run, error) &&
           make_model(run, error) && load_test(run, error) && make_run(run, error) &&
           open_log(run, error);
}

/* Until the end, or until Ctrl-C, which counts as a good end; behind the last step it comes too
 * late to stop anything. */
static bool train(train_run *run, cnn_error *error) {
    run->bar = bar_on(stderr);
    interrupt_catch();
    bool good = cnn_run_train(run->training, NULL, error);
    bar_clear(&run->bar);
    if (!good && error->status == CNN_STOPPED) {
        good = run->error.status == CNN_OK;
        run->interrupted = good && run->finished < run->settings->epochs;
        *error = run->error;
    }
    return good;
}

/* What a disk held back may come with the end. */
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
        code = say_error("no memory for the report");
    close_log(run);
    if (run->log_problem)
        code = say_error("%s: the log could not be written: %s", run->settings->log,
                         strerror(run->log_problem));
    return code;
}

static void clean_up(train_run *run) {
    close_log(run);
    confusion_free(&run->result);
    free(run->out);
    free(run->best_out);
    free(run->checkpoint);
    cnn_run_free(run->training);
    cnn_model_free(run->model);
    cnn_dataset_free(run->test);
    cnn_dataset_free(run->train);
    cnn_network_free(run->own_network);
    cnn_checkpoint_free(run->from);
    json_decref(run->note);
}

/* The checkpoint is what a stopped run is about; a whole one needs it until its model is safe. */
static bool keep_model(train_run *run, cnn_error *error) {
    if (run->interrupted && !train_checkpoint_end(run, error))
        return false;
    return cnn_model_save(run->model, run->out, error) &&
           (run->interrupted || train_checkpoint_end(run, error));
}

static bool work(train_run *run, cnn_error *error) {
    if (!prepare(run, error))
        return false;
    train_report_head(run, words(run));
    train_report_resumed(run, words(run));
    const bool trained = train(run, error) && keep_model(run, error);
    interrupt_release();
    return trained && (!run->test || confusion_measure(&run->result, run->model, run->test, error));
}

static int train_run_command(const void *values, const char *program) {
    cnn_error error;
    train_run run = {.own = *(const train_settings *)values, .program = program};
    run.settings = &run.own;
    if (!run.own.network)
        run.own.network = SOURCE_NETWORK;
    if (!flags_agree(&run))
        return EXIT_USAGE;
    const int code = work(&run, &error) ? finish(&run) : say_cnn_error(&error);
    clean_up(&run);
    return code;
}

const cli_command command_train = {
    .name = "train",
    .summary = "Trains a network on the images in a folder and writes the model.",
    .groups = train_groups,
    .examples = train_examples,
    .defaults = &train_defaults,
    .size = sizeof(train_settings),
    .run = train_run_command,
    .lone = "--resume",
    .beside = train_beside_resume,
};
