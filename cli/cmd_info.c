/* cnn info: shows the layers, shapes and costs of a network or a model. */
#include "commands.h"
#include "info_cpu.h"
#include "info_plan.h"
#include "info_program.h"
#include "json_line.h"
#include "print.h"
#include "source.h"

#include <string.h>

typedef struct info_settings {
    const char *file;
    uint64_t batch_size, threads;
    const char *backend; /* NULL: the fastest here */
    bool program, predict, json, cpu;
} info_settings;

static const option info_rows[] = {
    ROW_FILE(info_settings, file, OPTION_INPUT, NULL, "FILE", "a network text or a model"),
    ROW_SWITCH(info_settings, cpu, "--cpu", "instead of a file: the processor and its back ends"),
    ROW_SWITCH(info_settings, program, "--program",
               "instead of the table: a training step in steps"),
    ROW_SWITCH(info_settings, predict, "--predict", "with --program: a prediction in steps"),
    ROW_COUNT(info_settings, batch_size, "--batch-size", "images in one step", 1, 1e9),
    ROW_COUNT(info_settings, threads, "--threads", "0: every core", 0, 1024),
    ROW_TEXT(info_settings, backend, "--backend", "NAME", "see --cpu"),
    ROW_SWITCH(info_settings, json, "--json", "one JSON object instead of the table"),
};

static const option_group info_groups[] = {{OPTION_ROWS(info_rows), 0}, {NULL, 0, 0}};
static const char *const info_examples[] = {
    "cnn info networks/simple.net",
    "cnn info simple.safetensors --json",
    "cnn info networks/simple.net --program --threads 2",
    "cnn info --cpu",
    NULL,
};
static const info_settings info_defaults = {.batch_size = 64};

/* The network to show, and the model it came from if the file is one. */
typedef struct info_view {
    const info_settings *settings;
    const cnn_network *network;
    const cnn_model_file *model; /* or NULL */
    const info_plan *plan;       /* NULL: no model can be made of it, or it is too large to try */
    double multiply_adds, activation_bytes, parameters; /* sums; double, as they may be huge */
} info_view;

static void sum_up(info_view *shown) {
    cnn_layer_info layer;
    for (size_t i = 0; cnn_network_layer_at(shown->network, i, &layer); i++) {
        shown->multiply_adds += (double)layer.multiply_adds;
        shown->activation_bytes += (double)layer.activation_bytes;
    }
    shown->parameters = (double)cnn_network_parameter_count(shown->network);
}

static void print_layer(const cnn_layer_info *layer, int width) {
    char shape[80];
    if (layer->flat)
        snprintf(shape, sizeof shape, "%zu", layer->channels);
    else
        snprintf(shape, sizeof shape, "%zux%zux%zu", layer->height, layer->width, layer->channels);
    printf("%-9s %-*s %11s %11s %14s %10s\n", layer->name, width, layer->text, shape,
           thousands(layer->parameters).text, thousands(layer->multiply_adds).text,
           format_bytes((double)layer->activation_bytes).text);
}

/* The column is as wide as the longest text, so that long texts widen the table but do not break
 * it. */
static int text_width(const cnn_network *network) {
    cnn_layer_info layer;
    size_t width = 20;
    for (size_t i = 0; cnn_network_layer_at(network, i, &layer); i++)
        width = strlen(layer.text) > width ? strlen(layer.text) : width;
    return (int)width;
}

static void print_table(const info_view *shown) {
    cnn_layer_info layer;
    const int width = text_width(shown->network);
    printf("%s%-9s %-*s %11s %11s %14s %10s%s\n", terminal_style(stdout, LOOK_BOLD), "layer", width,
           "made by", "output", "parameters", "multiply-adds", "per image",
           terminal_style(stdout, LOOK_PLAIN));
    for (size_t i = 0; cnn_network_layer_at(shown->network, i, &layer); i++)
        print_layer(&layer, width);
    printf("%-9s %-*s %11s %11s %14s %10s\n\n", "total", width, "", "",
           thousands((uint64_t)shown->parameters).text,
           thousands((uint64_t)shown->multiply_adds).text,
           format_bytes(shown->activation_bytes).text);
}

/* What is known without a model: assumes that every layer keeps its outputs. */
static void print_memory(const info_view *shown) {
    const uint64_t batch = shown->settings->batch_size;
    const double activations = shown->activation_bytes * (double)batch;
    const double parameters = 2 * sizeof(float) * shown->parameters;
    char kept[256];
    info_plan_kept(kept, sizeof kept, parameters / 2);
    print_field(stdout, "training",
                "%s for a batch of %s: %s of outputs and their gradients, %s of "
                "parameters and theirs; %s",
                format_bytes(activations + parameters).text, thousands(batch).text,
                format_bytes(activations).text, format_bytes(parameters).text, kept);
}

static void print_model(const cnn_model_file *model) {
    char classes[1024];
    size_t used = 0;
    const cnn_normalization normalization = cnn_model_file_normalization(model);
    const size_t count = cnn_network_class_count(cnn_model_file_network(model));
    for (size_t i = 0; i < count && used < sizeof classes - 128; i++)
        used += (size_t)snprintf(classes + used, sizeof classes - used, "%s%.60s", i ? ", " : "",
                                 cnn_model_file_class_at(model, i));
    print_field(stdout, "pixels", "(x / 255 - %g) / %g", (double)normalization.mean,
                (double)normalization.std);
    print_field(stdout, "classes", "%s: %s%s", thousands(count).text, classes,
                used < sizeof classes - 128 ? "" : ", ...");
}

static json_t *layers_json(const cnn_network *network) {
    cnn_layer_info layer;
    json_t *layers = json_array();
    for (size_t i = 0; cnn_network_layer_at(network, i, &layer); i++) {
        json_t *shape = layer.flat ? json_pack("[I]", (json_int_t)layer.channels)
                                   : json_pack("[I, I, I]", (json_int_t)layer.height,
                                               (json_int_t)layer.width, (json_int_t)layer.channels);
        json_t *entry =
            json_pack("{s:s, s:s, s:o, s:I, s:I, s:I}", "name", layer.name, "text", layer.text,
                      "shape", shape, "parameters", (json_int_t)layer.parameters, "multiply_adds",
                      (json_int_t)layer.multiply_adds, "activation_bytes",
                      (json_int_t)layer.activation_bytes);
        json_line_append(&layers, entry);
    }
    return layers;
}

static json_t *model_json(const cnn_model_file *model) {
    const cnn_normalization normalization = cnn_model_file_normalization(model);
    json_t *classes = json_array();
    for (size_t i = 0; i < cnn_network_class_count(cnn_model_file_network(model)); i++)
        json_line_append(&classes, json_line_text(cnn_model_file_class_at(model, i)));
    return json_pack("{s:{s:o, s:o}, s:o}", "normalization", "mean",
                     json_line_float(normalization.mean), "std", json_line_float(normalization.std),
                     "classes", classes);
}

static json_t *as_json(const info_view *shown) {
    json_t *object = json_pack(
        "{s:o, s:s, s:o, s:I, s:I, s:I}", "file", json_line_text(shown->settings->file), "kind",
        shown->model ? "model" : "network", "layers", layers_json(shown->network), "parameters",
        (json_int_t)shown->parameters, "multiply_adds", (json_int_t)shown->multiply_adds,
        "activation_bytes", (json_int_t)shown->activation_bytes);
    json_t *more = shown->model ? model_json(shown->model) : NULL;
    bool failed = shown->model && json_object_update(object, more);
    json_decref(more);
    if (shown->plan)
        failed |= json_object_set_new(object, "plan", info_plan_json(shown->plan));
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

static int show_all(const info_view *shown) {
    if (shown->settings->json)
        return json_line_print(as_json(shown));
    print_table(shown);
    if (shown->plan)
        info_plan_print(shown->plan);
    else
        print_memory(shown);
    if (shown->model)
        print_model(shown->model);
    return 0;
}

/* Uses the thread count as given: a plan or a program for fewer threads would be that of another
 * machine. */
static cnn_model_options options_of(const info_settings *settings) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.batch_size = settings->batch_size;
    options.threads = settings->threads ? settings->threads : cnn_processor_count();
    options.backend = settings->backend;
    return options;
}

/* A network that cannot be trained has no plan; this is not a failure. */
static bool failed(const info_view *shown, const cnn_error *error) {
    cnn_error other;
    return error->status == CNN_STATUS_NO_MEMORY ||
           (error->status != CNN_STATUS_OK &&
            source_trainable(shown->network, shown->settings->file, &other));
}

static int show(info_view *shown) {
    info_plan plan;
    cnn_error error;
    const cnn_model_options options = options_of(shown->settings);
    sum_up(shown);
    if (info_plan_make(&plan, shown->network, &options, shown->activation_bytes, &error))
        shown->plan = &plan;
    const int code = failed(shown, &error) ? report_cnn_error(&error) : show_all(shown);
    info_plan_free(&plan);
    return code;
}

static int show_program(const info_view *shown) {
    cnn_error error;
    info_program program;
    const cnn_model_options options = options_of(shown->settings);
    if (!source_trainable(shown->network, shown->settings->file, &error) ||
        !info_program_make(&program, shown->network, &options, shown->settings->predict, &error))
        return report_cnn_error(&error);
    int code = 0;
    if (shown->settings->json)
        code = json_line_print(info_program_json(&program, shown->settings->file));
    else
        info_program_print(&program);
    info_program_free(&program);
    return code;
}

static int info_run(const void *values, const char *program) {
    (void)program;
    const info_settings *settings = values;
    if (settings->cpu && settings->file)
        return report_usage("info: --cpu takes no FILE");
    if (settings->cpu)
        return info_cpu(settings->json);
    if (settings->predict && !settings->program)
        return report_usage("info: --predict needs --program");
    if (!settings->file)
        return report_usage("info: FILE is missing; cnn help info");
    cnn_error error;
    source source;
    if (!source_open(&source, settings->file, NULL, &error))
        return report_cnn_error(&error);
    info_view shown = {.settings = settings, .network = source.network, .model = source.file};
    const int code = settings->program ? show_program(&shown) : show(&shown);
    source_close(&source);
    return code;
}

const cli_command command_info = {
    .name = "info",
    .summary = "Shows a network layer by layer: shapes, parameters, work, memory.",
    .groups = info_groups,
    .examples = info_examples,
    .defaults = &info_defaults,
    .size = sizeof(info_settings),
    .run = info_run,
};
