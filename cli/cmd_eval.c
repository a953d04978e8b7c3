#include "commands.h"
#include "confusion.h"
#include "images.h"
#include "json_line.h"
#include "say.h"
#include "sheet.h"
#include "source.h"

typedef struct eval_settings {
    const char *model, *data, *errors; /* errors NULL: no sheet */
    uint64_t limit, batch_size, threads;
    bool json, skip_bad;
} eval_settings;

static const option eval_rows[] = {
    ROW_REQUIRED(eval_settings, model, OPTION_INPUT, NULL, "MODEL",
                 "a model file, as cnn train writes it"),
    ROW_FILE(eval_settings, data, OPTION_FOLDER, "--data", "DIR",
             "IDX files, or a folder of PNGs per class"),
    ROW_COUNT(eval_settings, limit, "--limit", "only the first N test images", 1, 1e9),
    ROW_COUNT(eval_settings, batch_size, "--batch-size", "images in one pass", 1, 1e9),
    ROW_COUNT(eval_settings, threads, "--threads", "0: one per processor", 0, 1024),
    ROW_FILE(eval_settings, errors, OPTION_OUTPUT, "--errors", "FILE",
             "a PNG of the misread images, worst first, 100 at most"),
    ROW_SWITCH(eval_settings, skip_bad, "--skip-bad", "leave out PNGs that cannot be read"),
    ROW_SWITCH(eval_settings, json, "--json", "one JSON object instead of tables"),
};

static const option_group eval_groups[] = {{OPTION_ROWS(eval_rows), 0}, {NULL, 0, 0}};
static const char *const eval_examples[] = {
    "cnn eval simple.safetensors",
    "cnn eval simple.safetensors --data data/mnist --limit 1000 --json",
    "cnn eval simple.safetensors --errors misread.png",
    NULL,
};
static const eval_settings eval_defaults = {.data = SOURCE_DATA, .batch_size = 64};

/* What one call found. */
typedef struct evaluation {
    confusion result;
    misreads errors; /* only with a sheet */
} evaluation;

static json_t *errors_json(const eval_settings *settings, const misreads *errors) {
    return json_pack("{s:o, s:I, s:I}", "file", json_line_text(settings->errors), "misread",
                     (json_int_t)errors->count, "shown", (json_int_t)errors->shown);
}

static json_t *as_json(const eval_settings *settings, const cnn_model *model,
                       const evaluation *found) {
    const cnn_score *score = &found->result.score;
    json_t *object = json_pack(
        "{s:o, s:I, s:o, s:o, s:o, s:o}", "model", json_line_text(settings->model), "images",
        (json_int_t)score->images, "loss", json_line_real(score->loss), "accuracy",
        json_line_real(score->accuracy), "classes", confusion_classes(&found->result, model),
        "confusion", confusion_matrix(&found->result));
    if (!settings->errors ||
        !json_object_set_new(object, "errors", errors_json(settings, &found->errors)))
        return object;
    json_decref(object);
    return NULL;
}

static void print_errors(const eval_settings *settings, const misreads *errors) {
    const char *these = !errors->count                  ? "as"
                        : errors->shown < errors->count ? "the worst 100 in"
                                                        : "all in";
    say_field(stdout, "errors", "%s of %s misread, %s %s%s", say_count(errors->count).text,
              say_count(errors->images).text, these, settings->errors,
              errors->count ? "" : " says");
}

static void as_text(const eval_settings *settings, const cnn_model *model,
                    const evaluation *found) {
    char worst[512];
    const confusion *result = &found->result;
    const cnn_score *score = &result->score;
    confusion_worst(result, model, worst, sizeof worst);
    say_field(stdout, "model", "%s", settings->model);
    say_field(stdout, "test", "%s of %s right, loss %.4f", say_percent(score->accuracy).text,
              say_count(score->images).text, score->loss);
    say_field(stdout, "confused", "%s", worst);
    if (settings->errors)
        print_errors(settings, &found->errors);
    if (result->counts)
        putchar('\n');
    confusion_table(result, model, stdout);
}

static bool measure(evaluation *found, const eval_settings *settings, cnn_model *model,
                    const cnn_dataset *images, cnn_error *error) {
    if (!confusion_measure(&found->result, model, images, error))
        return false;
    return !settings->errors ||
           (misreads_find(&found->errors, model, images, error) &&
            sheet_save(&found->errors, model, images, settings->errors, error));
}

static int evaluate(const eval_settings *settings, cnn_model *model, const cnn_dataset *images) {
    cnn_error error;
    evaluation found = {.errors = {.count = 0}};
    int code = 0;
    if (!measure(&found, settings, model, images, &error))
        code = say_cnn_error(&error);
    else if (settings->json)
        code = json_line_print(as_json(settings, model, &found));
    else
        as_text(settings, model, &found);
    confusion_free(&found.result);
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
        images = images_to_test(settings->data, settings->skip_bad, model, &error);
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
