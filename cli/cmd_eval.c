#include "commands.h"
#include "confusion.h"
#include "json_line.h"
#include "say.h"
#include "source.h"

typedef struct eval_settings {
    const char *model, *data;
    uint64_t limit, batch_size, threads;
    bool json;
} eval_settings;

static const option eval_rows[] = {
    ROW_REQUIRED(eval_settings, model, NULL, "MODEL", "a model file, as cnn train writes it"),
    ROW_TEXT(eval_settings, data, "--data", "DIR", "folder with the test images and labels"),
    ROW_COUNT(eval_settings, limit, "--limit", "only the first N test images", 1, 1e9),
    ROW_COUNT(eval_settings, batch_size, "--batch-size", "images in one pass", 1, 1e9),
    ROW_COUNT(eval_settings, threads, "--threads", "0: one per processor", 0, 1024),
    ROW_SWITCH(eval_settings, json, "--json", "one JSON object instead of tables"),
};

static const option_group eval_groups[] = {{OPTION_ROWS(eval_rows), 0}, {NULL, 0, 0}};
static const char *const eval_examples[] = {
    "cnn eval simple.safetensors",
    "cnn eval simple.safetensors --data data/mnist --limit 1000 --json",
    NULL,
};
static const eval_settings eval_defaults = {.data = SOURCE_DATA, .batch_size = 64};

static json_t *as_json(const eval_settings *settings, const cnn_model *model,
                       const confusion *result) {
    const cnn_score *score = &result->score;
    return json_pack("{s:o, s:I, s:o, s:o, s:o, s:o}", "model", json_line_text(settings->model),
                     "images", (json_int_t)score->images, "loss", json_line_real(score->loss),
                     "accuracy", json_line_real(score->accuracy), "classes",
                     confusion_classes(result, model), "confusion", confusion_matrix(result));
}

static void as_text(const eval_settings *settings, const cnn_model *model,
                    const confusion *result) {
    char worst[512];
    const cnn_score *score = &result->score;
    confusion_worst(result, model, worst, sizeof worst);
    say_field(stdout, "model", "%s", settings->model);
    say_field(stdout, "test", "%s of %s right, loss %.4f", say_percent(score->accuracy).text,
              say_count(score->images).text, score->loss);
    say_field(stdout, "confused", "%s", worst);
    putchar('\n');
    confusion_table(result, model, stdout);
}

static int evaluate(const eval_settings *settings, cnn_model *model, const cnn_dataset *images) {
    cnn_error error;
    confusion result;
    int code = 0;
    if (!confusion_measure(&result, model, images, &error))
        code = say_cnn_error(&error);
    else if (settings->json)
        code = json_line_print(as_json(settings, model, &result));
    else
        as_text(settings, model, &result);
    confusion_free(&result);
    return code;
}

static int eval_run(const void *values, const char *program) {
    (void)program;
    const eval_settings *settings = values;
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.batch_size = settings->batch_size;
    options.threads = settings->threads;
    cnn_error error;
    cnn_dataset *images = NULL;
    int code = EXIT_FAILED;
    cnn_model *model = source_model(settings->model, &options, &error);
    if (model)
        images = source_images(settings->data, CNN_TEST, cnn_model_network(model), &error);
    if (!images || (settings->limit && !cnn_dataset_truncate(images, settings->limit, &error)))
        say_cnn_error(&error);
    else
        code = evaluate(settings, model, images);
    cnn_dataset_free(images);
    cnn_model_free(model);
    return code;
}

const cli_command command_eval = {
    .name = "eval",
    .summary = "Measures a model on the test images.",
    .groups = eval_groups,
    .examples = eval_examples,
    .defaults = &eval_defaults,
    .size = sizeof(eval_settings),
    .run = eval_run,
};
