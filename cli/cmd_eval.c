/* cnn eval: measures a model on test images, as a table or one JSON object. */
#include "answer.h"
#include "commands.h"
#include "confusion.h"
#include "images.h"
#include "json_line.h"
#include "print.h"
#include "sheet.h"
#include "source.h"
#include "weights_flags.h"

#include <math.h>

#include <stdlib.h>

typedef struct eval_settings {
    const char *model, *data, *errors; /* errors NULL: no sheet */
    uint64_t limit, batch_size, threads;
    weights_flags weights;
    bool json, answers, skip_bad, no_fit;
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
    ROW_SWITCH(eval_settings, no_fit, "--no-fit", "take PNGs as they are: only stretch them"),
    ROW_SWITCH(eval_settings, json, "--json", "one JSON object instead of tables"),
    ROW_SWITCH(eval_settings, answers, "--answers",
               "with --json: the likeliest classes of each image"),
};

static const option_group eval_groups[] = {
    {OPTION_ROWS(eval_rows), 0},
    {WEIGHTS_ROWS, offsetof(eval_settings, weights)},
    {NULL, 0, 0},
};
static const char *const eval_notes[] = {
    "",
    "PNGs are prepared as cnn predict prepares them.",
    NULL,
};
static const char *const eval_examples[] = {
    "cnn eval simple.safetensors",
    "cnn eval simple.safetensors --data data/mnist --limit 1000 --json",
    "cnn eval simple.safetensors --data digits --errors misread.png",
    NULL,
};
static const eval_settings eval_defaults = {
    .data = SOURCE_DATA,
    .batch_size = 64,
    .weights = WEIGHTS_FLAGS_DEFAULT,
};

/* Result of one call. */
typedef struct evaluation {
    bool pictures, fit; /* the images are PNGs; they are brought into MNIST's form */
    confusion result;
    misreads errors; /* only with a sheet */
    json_t *answers; /* only with --answers; NULL: no memory for them */
    json_t *paths;   /* of the PNGs, only with answers */
} evaluation;

static json_t *errors_json(const eval_settings *settings, const misreads *errors) {
    return json_pack("{s:o, s:I, s:I}", "file", json_line_text(settings->errors), "misread",
                     (json_int_t)errors->count, "shown", (json_int_t)errors->shown);
}

static json_t *as_json(const eval_settings *settings, const cnn_model *model,
                       const evaluation *found) {
    const cnn_score *score = &found->result.score;
    json_t *object = json_pack(
        "{s:o, s:I, s:b, s:o, s:o, s:o, s:o}", "model", json_line_text(settings->model), "images",
        (json_int_t)score->images, "fit", (int)found->fit, "loss", json_line_real(score->loss),
        "accuracy", json_line_real(score->accuracy), "classes",
        confusion_classes(&found->result, model), "confusion", confusion_matrix(&found->result));
    bool failed = false;
    if (settings->errors)
        failed |= json_object_set_new(object, "errors", errors_json(settings, &found->errors));
    if (settings->answers)
        failed |= json_object_set_new(object, "answers", found->answers);
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

static void print_errors(const eval_settings *settings, const misreads *errors) {
    const char *these = !errors->count                  ? "as"
                        : errors->shown < errors->count ? "the worst 100 in"
                                                        : "all in";
    print_field(stdout, "errors", "%s of %s misread, %s %s%s", thousands(errors->count).text,
                thousands(errors->images).text, these, settings->errors,
                errors->count ? "" : " says");
}

static void as_text(const eval_settings *settings, const cnn_model *model,
                    const evaluation *found) {
    char worst[512];
    const confusion *result = &found->result;
    const cnn_score *score = &result->score;
    confusion_worst(result, model, worst, sizeof worst);
    print_field(stdout, "model", "%s", settings->model);
    if (found->fit)
        print_field(stdout, "pictures", "brought into MNIST's form; --no-fit only stretches them");
    print_field(stdout, "test", "%s of %s right, loss %s", format_percent(score->accuracy).text,
                thousands(score->images).text, format_loss(score->loss).text);
    print_field(stdout, "confused", "%s", worst);
    if (settings->errors)
        print_errors(settings, &found->errors);
    if (result->counts)
        putchar('\n');
    confusion_table(result, model, stdout);
}

/* One image in the form of cnn predict, and its class. Images of an IDX file have a number instead
 * of a file. */
static json_t *one_answer(const evaluation *found, const cnn_model *model,
                          const cnn_dataset *images, size_t index, const float *p) {
    json_t *answer = json_pack("{s:s, s:o}", "class",
                               cnn_model_class_at(model, cnn_dataset_label_at(images, index)),
                               "best", answer_json(model, p));
    const bool failed =
        found->pictures ? json_object_set(answer, "image", json_array_get(found->paths, index))
                        : json_object_set_new(answer, "number", json_integer((json_int_t)index));
    if (!failed)
        return answer;
    json_decref(answer);
    return NULL;
}

static bool find_answers(evaluation *found, cnn_model *model, const cnn_dataset *images,
                         cnn_error *error) {
    const size_t count = cnn_dataset_get_info(images).images;
    float *p = calloc(cnn_network_class_count(cnn_model_network(model)), sizeof *p);
    bool good = p || source_refuse(error, "", "no memory for a prediction");
    found->answers = json_array();
    for (size_t i = 0; good && i < count; i++) {
        good = cnn_model_predict(model, cnn_dataset_image_at(images, i), 1, p, error);
        if (good)
            json_line_append(&found->answers, one_answer(found, model, images, i, p));
    }
    free(p);
    return good;
}

static bool measure(evaluation *found, const eval_settings *settings, cnn_model *model,
                    const cnn_dataset *images, cnn_error *error) {
    if (!confusion_measure(&found->result, model, images, error) ||
        (settings->answers && !find_answers(found, model, images, error)))
        return false;
    return !settings->errors ||
           (misreads_find(&found->errors, model, images, error) &&
            sheet_save(&found->errors, model, images, settings->errors, error));
}

static int evaluate(evaluation *found, const eval_settings *settings, cnn_model *model,
                    const cnn_dataset *images) {
    cnn_error error;
    int code = 0;
    if (!measure(found, settings, model, images, &error)) {
        json_decref(found->answers);
        code = report_cnn_error(&error);
    } else if (settings->json) {
        code = json_line_print(as_json(settings, model, found));
    } else {
        as_text(settings, model, found);
    }
    confusion_free(&found->result);
    return code;
}

static cnn_model *make_model(const eval_settings *settings, const source *source, size_t batch_size,
                             cnn_error *error) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.batch_size = batch_size;
    options.threads = settings->threads;
    return weights_model(source, &settings->weights, &options, error);
}

static cnn_dataset *read_images(evaluation *found, const eval_settings *settings,
                                const cnn_model *model, cnn_error *error) {
    images_folder folder;
    const bool fit = !settings->no_fit;
    if (!images_look(&folder, settings->data, settings->skip_bad, error))
        return NULL;
    found->pictures = folder.kind != IMAGES_IDX;
    found->fit =
        found->pictures && cnn_model_pictures(model, fit).preprocessing == CNN_PREPROCESSING_MNIST;
    found->paths = settings->answers ? json_array() : NULL;
    return images_to_test(&folder, fit, model, settings->limit,
                          settings->answers ? &found->paths : NULL, error);
}

/* Loads images with a model made for one: the batch size of the real model depends on their
 * number. */
static cnn_dataset *load_images(evaluation *found, const eval_settings *settings,
                                const source *source, cnn_error *error) {
    cnn_model *model = make_model(settings, source, 1, error);
    cnn_dataset *images = model ? read_images(found, settings, model, error) : NULL;
    cnn_model_free(model);
    return images;
}

static size_t batch_size(const eval_settings *settings, const cnn_dataset *images) {
    const size_t count = cnn_dataset_get_info(images).images;
    return count < settings->batch_size ? count : settings->batch_size;
}

static int eval_source(const eval_settings *settings, const source *source) {
    cnn_error error;
    evaluation found = {.fit = false};
    cnn_dataset *images = load_images(&found, settings, source, &error);
    cnn_model *model =
        images ? make_model(settings, source, batch_size(settings, images), &error) : NULL;
    if (model)
        report_threads(model, settings->threads);
    const int code = model ? evaluate(&found, settings, model, images) : report_cnn_error(&error);
    json_decref(found.paths);
    cnn_dataset_free(images);
    cnn_model_free(model);
    return code;
}

static int eval_run(const void *values, const char *program) {
    (void)program;
    const eval_settings *settings = values;
    cnn_error error;
    source source;
    if (settings->answers && !settings->json)
        return report_usage("--answers are a part of --json: give both");
    if (!weights_flags_agree(&settings->weights))
        return EXIT_USAGE;
    if (!source_open(&source, settings->model, settings->weights.weights, &error))
        return report_cnn_error(&error);
    const int code = eval_source(settings, &source);
    source_close(&source);
    return code;
}

const cli_command command_eval = {
    .name = "eval",
    .summary = "Measures a model on the test images.",
    .groups = eval_groups,
    .notes = eval_notes,
    .examples = eval_examples,
    .defaults = &eval_defaults,
    .size = sizeof(eval_settings),
    .run = eval_run,
};
