/* cnn lab: a page in which a model is looked at and trained, with images of its kind. */
#include "commands.h"
#include "images.h"
#include "lab_page.h"
#include "print.h"
#include "source.h"

#include <stdlib.h>

typedef struct lab_settings {
    const char *model, *out, *data, *page; /* page NULL: the one beside the command */
    uint64_t limit, test_limit;
    bool skip_bad, no_fit;
} lab_settings;

static const option lab_rows[] = {
    ROW_REQUIRED(lab_settings, model, OPTION_INPUT, NULL, "MODEL",
                 "a model file, as cnn train writes it"),
    ROW_REQUIRED(lab_settings, out, OPTION_OUTPUT, "--out", "FILE", "the page"),
    ROW_FILE(lab_settings, data, OPTION_FOLDER, "--data", "DIR",
             "IDX files, or a folder of PNGs per class"),
    ROW_COUNT(lab_settings, test_limit, "--test-limit", "the first N test images", 1, 100000),
    ROW_COUNT(lab_settings, limit, "--limit", "the first N to train on; 0: none", 0, 100000),
    ROW_SWITCH(lab_settings, skip_bad, "--skip-bad", "leave out PNGs that cannot be read"),
    ROW_SWITCH(lab_settings, no_fit, "--no-fit", "take PNGs as they are: only stretch them"),
    ROW_FILE(lab_settings, page, OPTION_INPUT, "--page", "FILE", "another page than cnn's own"),
};

static const option_group lab_groups[] = {
    {OPTION_ROWS(lab_rows), 0},
    {NULL, 0, 0},
};
static const char *const lab_notes[] = {
    "",
    "The page is one file that needs no server and no network; see docs/lab.md.",
    NULL,
};
static const char *const lab_examples[] = {
    "cnn lab simple.safetensors --out simple.html",
    "cnn lab simple.safetensors --data digits --out digits.html",
    NULL,
};
static const lab_settings lab_defaults = {
    .data = SOURCE_DATA,
    .limit = 10000,
    .test_limit = 2000,
};

/* What the page can show (lab/lab.c refuses more) and how it keeps a label. */
enum { CHANNELS_MAX = 1024, CLASSES_MAX = 256 };
static const double MULTIPLY_ADDS_MAX = 2e8;

static bool can_show(const cnn_network *network, const char *path, cnn_error *error) {
    cnn_layer_info layer;
    double work = 0;
    for (size_t i = 0; cnn_network_layer_at(network, i, &layer); i++) {
        work += (double)layer.multiply_adds;
        if (layer.channels > CHANNELS_MAX && (layer.weights || !layer.flat))
            return source_refuse(error, path, "%s has %zu channels; the page shows at most %d",
                                 layer.name, layer.channels, CHANNELS_MAX);
    }
    if (work > MULTIPLY_ADDS_MAX)
        return source_refuse(error, path, "%.0f million multiply-adds; the page shows at most %.0f",
                             work / 1e6, MULTIPLY_ADDS_MAX / 1e6);
    const size_t classes = cnn_network_class_count(network);
    return classes <= CLASSES_MAX ||
           source_refuse(error, path, "%zu classes; the page shows at most %d", classes,
                         CLASSES_MAX);
}

/* NULL without an error: --limit 0, or no images to train on. */
static bool read_train(cnn_dataset **train, const lab_settings *settings,
                       const images_folder *folder, const cnn_model *model, cnn_error *error) {
    const bool fit =
        cnn_model_pictures(model, !settings->no_fit).preprocessing == CNN_PREPROCESSING_MNIST;
    *train = NULL;
    if (!settings->limit || !images_have(folder, PART_TRAIN))
        return true;
    const char **names = images_names(model, error);
    if (names)
        *train = images_to_train(folder, fit, cnn_model_network(model), names, error);
    free(names);
    return *train && cnn_dataset_truncate(*train, (size_t)settings->limit, error);
}

static int write_page(const lab_settings *settings, const lab_page *page,
                      const lab_template *around) {
    cnn_error error;
    size_t size = 0;
    if (!lab_page_save(page, around, settings->out, &size, &error))
        return report_cnn_error(&error);
    const size_t train = page->train ? cnn_dataset_get_info(page->train).images : 0;
    print_field(stdout, "page", "%s (%s)", settings->out, format_bytes((double)size).text);
    print_field(stdout, "images", "%s to test, %s to train on",
                thousands(cnn_dataset_get_info(page->test).images).text, thousands(train).text);
    return 0;
}

static int with_images(const lab_settings *settings, lab_page *page, const lab_template *around) {
    cnn_error error;
    images_folder folder;
    cnn_dataset *test = NULL, *train = NULL;
    bool good = images_look(&folder, settings->data, settings->skip_bad, &error);
    if (good)
        test = images_to_test(&folder, !settings->no_fit, page->model, (size_t)settings->test_limit,
                              NULL, &error);
    good = test && read_train(&train, settings, &folder, page->model, &error);
    page->test = test;
    page->train = train;
    const int code = good ? write_page(settings, page, around) : report_cnn_error(&error);
    cnn_dataset_free(train);
    cnn_dataset_free(test);
    return code;
}

static int with_model(const lab_settings *settings, const source *source, const char *program) {
    cnn_error error;
    lab_template around;
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.batch_size = options.threads = 1;
    if (!can_show(source->network, settings->model, &error) ||
        !lab_template_read(&around, settings->page, program, &error))
        return report_cnn_error(&error);
    cnn_model *model = source_model(source, &options, NULL, &error);
    lab_page page = {.model = model,
                     .program = program,
                     .model_path = settings->model,
                     .data_path = settings->data};
    const int code = model ? with_images(settings, &page, &around) : report_cnn_error(&error);
    cnn_model_free(model);
    lab_template_free(&around);
    return code;
}

static int lab_run(const void *values, const char *program) {
    const lab_settings *settings = values;
    cnn_error error;
    source source;
    if (!source_open(&source, settings->model, NULL, &error))
        return report_cnn_error(&error);
    const int code = source_is_model(&source)
                         ? with_model(settings, &source, program)
                         : report_error("%s: a network text: the page shows trained weights, so "
                                        "give a model file",
                                        settings->model);
    source_close(&source);
    return code;
}

const cli_command command_lab = {
    .name = "lab",
    .summary = "Writes a page in which a model is looked at and trained.",
    .groups = lab_groups,
    .notes = lab_notes,
    .examples = lab_examples,
    .defaults = &lab_defaults,
    .size = sizeof(lab_settings),
    .run = lab_run,
};
