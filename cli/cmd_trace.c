/* cnn trace: writes every value of some training steps into one file. */
#include "commands.h"
#include "outputs.h"
#include "print.h"
#include "source.h"
#include "training_flags.h"

#include <stdlib.h>

typedef struct trace_settings {
    const char *network, *out, *weights;
    uint64_t steps, step_size; /* step_size 0: the steps of one pass over the images */
    training_flags training;
} trace_settings;

static const option trace_rows[] = {
    ROW_REQUIRED(trace_settings, network, OPTION_INPUT, NULL, "NETWORK",
                 "text file, one layer a line"),
    ROW_REQUIRED(trace_settings, out, OPTION_OUTPUT, "--out", "FILE", "safetensors file"),
    ROW_FILE(trace_settings, weights, OPTION_INPUT, "--weights", "FILE", "first weights"),
    ROW_COUNT(trace_settings, steps, "--steps", "how many", 1, 1e6),
    ROW_COUNT(trace_settings, step_size, "--step-size", "period (one pass)", 1, 1e9),
};

static const option_group trace_groups[] = {
    {OPTION_ROWS(trace_rows), 0},
    {TRAINING_ROWS, offsetof(trace_settings, training)},
    {NULL, 0, 0},
};
static const char *const trace_notes[] = {
    "",
    "Step I takes images I*N to I*N+N-1, and begins again when fewer than N are left.",
    "PyTorch's names: initial/..., stepI/..., stepI/loss, stepI/lr, stepI/after/...",
    NULL,
};
static const char *const trace_examples[] = {
    "cnn trace networks/simple.net --batch-size 4 --steps 2 --out trace.safetensors",
    NULL,
};
static const trace_settings trace_defaults = {
    .steps = 1,
    .training = TRAINING_FLAGS_DEFAULT,
};

typedef struct trace_run {
    const trace_settings *settings;
    source source; /* of the network */
    cnn_dataset *images;
    cnn_model *model;
    cnn_trainer *trainer;
    cnn_trace *trace;
    uint32_t *indices;
    cnn_optimizer optimizer;
    cnn_schedule schedule;
    size_t batches; /* complete ones in the data */
} trace_run;

static bool make_model(trace_run *run, cnn_error *error) {
    const training_flags *flags = &run->settings->training;
    cnn_normalization normalization;
    images_folder folder;
    if (training_look(flags, &folder, error))
        run->images = training_images_for(flags, &folder, &run->source, &normalization, error);
    if (!run->images)
        return false;
    run->batches = cnn_dataset_get_info(run->images).images / flags->batch_size;
    if (!run->batches)
        return source_refuse(error, flags->data, "%zu images do not fill a batch of %zu",
                             cnn_dataset_get_info(run->images).images, (size_t)flags->batch_size);
    cnn_model_options options = training_options(flags);
    options.input_gradient = true;
    options.every_layer = true;
    run->model = source_start(&run->source, &options, &normalization, error);
    if (run->model)
        report_threads(run->model, flags->threads);
    return run->model != NULL;
}

static bool make_trainer(trace_run *run, cnn_error *error) {
    const trace_settings *settings = run->settings;
    const size_t step_size = settings->step_size ? settings->step_size : run->batches;
    run->optimizer = training_optimizer(&settings->training);
    run->schedule = training_schedule(&settings->training, step_size, settings->steps);
    run->trainer = cnn_trainer_create(run->model, &run->optimizer, &run->schedule, error);
    run->trace = run->trainer ? cnn_trace_create(error) : NULL;
    run->indices = calloc(settings->training.batch_size, sizeof *run->indices);
    return run->trace && (run->indices || source_refuse(error, "", "no memory for a batch"));
}

static bool prepare(trace_run *run, cnn_error *error) {
    return source_trainable(run->source.network, run->settings->network, error) &&
           make_model(run, error) && make_trainer(run, error);
}

static bool set_batch(trace_run *run, size_t step, cnn_error *error) {
    const size_t count = run->settings->training.batch_size;
    for (size_t i = 0; i < count; i++)
        run->indices[i] = (uint32_t)(step % run->batches * count + i);
    return cnn_model_set_batch(run->model, run->images, run->indices, count, error);
}

static bool add_value(trace_run *run, size_t step, const char *name, double value,
                      cnn_error *error) {
    char text[64];
    snprintf(text, sizeof text, "step%zu/%s", step, name);
    return cnn_trace_add_value(run->trace, text, value, error);
}

static bool add_model(trace_run *run, size_t step, cnn_trace_part part, cnn_error *error) {
    char prefix[64];
    snprintf(prefix, sizeof prefix, "step%zu/%s", step,
             part == CNN_TRACE_PARAMETERS ? "after/" : "");
    return cnn_trace_add(run->trace, run->model, part, prefix, error);
}

static bool record_step(trace_run *run, size_t step, cnn_error *error) {
    cnn_optimizer now = run->optimizer;
    if (!set_batch(run, step, error))
        return false;
    cnn_model_forward(run->model);
    const double loss = cnn_model_loss(run->model);
    cnn_model_backward(run->model);
    cnn_schedule_apply(&run->schedule, step, &now);
    if (!add_value(run, step, "loss", loss, error) || !add_value(run, step, "lr", now.lr, error) ||
        !add_model(run, step, CNN_TRACE_PASS, error))
        return false;
    cnn_trainer_update(run->trainer);
    return add_model(run, step, CNN_TRACE_PARAMETERS, error);
}

static bool record(trace_run *run, cnn_error *error) {
    if (!prepare(run, error) ||
        !cnn_trace_add(run->trace, run->model, CNN_TRACE_PARAMETERS, "initial/", error))
        return false;
    for (size_t step = 0; step < run->settings->steps; step++)
        if (!record_step(run, step, error))
            return false;
    return cnn_trace_save(run->trace, run->settings->out, error);
}

static void clean_up(trace_run *run) {
    free(run->indices);
    cnn_trace_free(run->trace);
    cnn_trainer_free(run->trainer);
    cnn_model_free(run->model);
    cnn_dataset_free(run->images);
    source_close(&run->source);
}

static int trace_run_command(const void *values, const char *program) {
    (void)program;
    trace_run run = {.settings = values};
    cnn_error error;
    if (!training_flags_agree(&run.settings->training))
        return EXIT_USAGE;
    if (run.settings->step_size && run.settings->training.schedule != CNN_SCHEDULE_STEP)
        return report_usage("--step-size counts only with --schedule step");
    const trace_settings *settings = run.settings;
    if (!source_open(&run.source, settings->network, settings->weights, &error))
        return report_cnn_error(&error);
    const bool agree = training_flags_agree_with(&settings->training, &run.source);
    const bool done = agree && record(&run, &error);
    if (done)
        print_line(stdout, "%s: %s step%s, %s", run.settings->out,
                   thousands(run.settings->steps).text, run.settings->steps == 1 ? "" : "s",
                   format_bytes(outputs_size(run.settings->out)).text);
    else if (agree)
        report_cnn_error(&error);
    clean_up(&run);
    return !agree ? EXIT_USAGE : done ? 0 : EXIT_FAILED;
}

const cli_command command_trace = {
    .name = "trace",
    .summary = "Writes every number of some training steps into one file.",
    .groups = trace_groups,
    .notes = trace_notes,
    .examples = trace_examples,
    .defaults = &trace_defaults,
    .size = sizeof(trace_settings),
    .run = trace_run_command,
};
