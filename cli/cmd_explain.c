/* cnn explain: where a number of a model comes from, for one image. */
#include "commands.h"
#include "explanation.h"
#include "json_line.h"
#include "one_image.h"
#include "print.h"
#include "source.h"
#include "weights_flags.h"

#include <math.h>
#include <stdlib.h>

typedef struct explain_settings {
    const char *model, *image, *where, *backend;
    one_image_flags one;
    weights_flags weights;
    bool all, json;
} explain_settings;

static const option explain_rows[] = {
    ROW_REQUIRED(explain_settings, model, OPTION_INPUT, NULL, "MODEL", "a model file"),
    ROW_REQUIRED(explain_settings, image, OPTION_INPUT, NULL, "IMAGE",
                 "PNG, IDX images, or the folder of a data set: a test image"),
    ROW_TEXT(explain_settings, where, NULL, "WHERE",
             "such as 'conv2[4,3,8]'; without it, all on one screen"),
    ROW_SWITCH(explain_settings, all, "--all", "every term, in order"),
    ROW_SWITCH(explain_settings, json, "--json", "one JSON object"),
    ROW_TEXT(explain_settings, backend, "--backend", "NAME", "see info --cpu"),
};

static const option_group explain_groups[] = {
    {OPTION_ROWS(explain_rows), 0},
    {ONE_IMAGE_ROWS, offsetof(explain_settings, one)},
    {WEIGHTS_ROWS, offsetof(explain_settings, weights)},
    {NULL, 0, 0},
};
static const char *const explain_notes[] = {
    "",
    "WHERE counts from 0: outputs [row,column,channel], kernels [row,column,in,out].",
    "Gradients, .grad, need the true class. See docs/explain.md.",
    NULL,
};
static const char *const explain_examples[] = {
    "cnn explain simple.safetensors seven.png",
    "cnn explain simple.safetensors seven.png 'conv2[4,3,8]'",
    "cnn explain simple.safetensors data/mnist 'fc1.weight.grad[120,3]' --index 7",
    NULL,
};
static const explain_settings explain_defaults = {.weights = WEIGHTS_FLAGS_DEFAULT};

static bool needs_label(const explained *one, cnn_error *error) {
    return one->label != SIZE_MAX || !where_backward(&one->where) ||
           source_refuse(error, one->image_path, "%s follows from the true class: --label CLASS",
                         one->where.tensor.name);
}

/* The first call returns the number of terms, the second all of them. */
static bool ask(explained *one, const char *where, cnn_error *error) {
    if (!where_read(one->model, where, &one->where, error) || !needs_label(one, error))
        return false;
    const char *tensor = one->where.tensor.name;
    if (!cnn_model_sum(one->model, tensor, one->where.index, &one->sum, NULL, 0, error))
        return false;
    one->terms = calloc(one->sum.count + 1, sizeof *one->terms);
    if (!one->terms)
        return source_refuse(error, "", "no memory for %zu terms", one->sum.count);
    return cnn_model_sum(one->model, tensor, one->where.index, &one->sum, one->terms,
                         one->sum.count, error);
}

static int answer(explained *one, const explain_settings *settings) {
    cnn_error error;
    if (!settings->where && settings->json)
        return json_line_print(explained_way_json(one));
    if (!settings->where)
        return explained_way(one), 0;
    if (!ask(one, settings->where, &error))
        return report_cnn_error(&error);
    if (settings->json)
        return json_line_print(explained_json(one));
    return explained_print(one, &error) ? 0 : report_cnn_error(&error);
}

/* Runs forward, and backward if the class is known. */
static int pass_image(explained *one, const explain_settings *settings, cnn_model *model) {
    cnn_error error;
    if (!one_image_set(model, settings->image, &settings->one, &one->label, &error))
        return report_cnn_error(&error);
    cnn_model_forward(model);
    if (one->label != SIZE_MAX)
        cnn_model_backward(model);
    one->model = model;
    const int code = answer(one, settings);
    free(one->terms);
    return code;
}

static int explain_source(const explain_settings *settings, const source *source,
                          const char *program) {
    cnn_error error;
    explained one = {.program = program,
                     .model_path = settings->model,
                     .image_path = settings->image,
                     .backend = settings->backend,
                     .flags = &settings->one,
                     .repeatable = !settings->weights.weights,
                     .all = settings->all};
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.batch_size = options.threads = 1;
    options.every_layer = options.input_gradient = true;
    options.backend = settings->backend;
    cnn_model *model = weights_model(source, &settings->weights, &options, &error);
    if (!model)
        return report_cnn_error(&error);
    const int code = pass_image(&one, settings, model);
    cnn_model_free(model);
    return code;
}

static int explain_run(const void *values, const char *program) {
    const explain_settings *settings = values;
    cnn_error error;
    source source;
    if (!weights_flags_agree(&settings->weights))
        return EXIT_USAGE;
    if (!source_open(&source, settings->model, settings->weights.weights, &error))
        return report_cnn_error(&error);
    const int code = explain_source(settings, &source, program);
    source_close(&source);
    return code;
}

const cli_command command_explain = {
    .name = "explain",
    .summary = "Shows where a number of a model comes from: its sum, term by term.",
    .groups = explain_groups,
    .notes = explain_notes,
    .examples = explain_examples,
    .defaults = &explain_defaults,
    .size = sizeof(explain_settings),
    .run = explain_run,
};
