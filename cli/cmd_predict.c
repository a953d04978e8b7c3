/* cnn predict: reports a model's classes for images; an unreadable one does not stop the others. */
#include "answer.h"
#include "commands.h"
#include "draw.h"
#include "json_line.h"
#include "pixels.h"
#include "print.h"
#include "source.h"
#include "weights_flags.h"

#include <math.h>
#include <stdlib.h>

typedef struct predict_settings {
    const char *model;
    option_list images;
    uint64_t limit, threads;
    weights_flags weights;
    bool no_fit, show, json;
} predict_settings;

static const option predict_rows[] = {
    ROW_REQUIRED(predict_settings, model, OPTION_INPUT, NULL, "MODEL",
                 "a model file, as cnn train writes it"),
    ROW_LIST(predict_settings, images, "IMAGE...", "PNG or IDX files (IDX also .gz), - for stdin"),
    ROW_SWITCH(predict_settings, no_fit, "--no-fit", "take a PNG as it is: only stretch it"),
    ROW_SWITCH(predict_settings, show, "--show", "draw what the network sees"),
    ROW_COUNT(predict_settings, limit, "--limit", "the first N images of IDX files", 1, 1e9),
    ROW_COUNT(predict_settings, threads, "--threads", "0: one per processor", 0, 1024),
    ROW_SWITCH(predict_settings, json, "--json", "one JSON object instead of lines"),
};

static const option_group predict_groups[] = {
    {OPTION_ROWS(predict_rows), 0},
    {WEIGHTS_ROWS, offsetof(predict_settings, weights)},
    {NULL, 0, 0},
};
static const char *const predict_notes[] = {
    "",
    "If the training images were like MNIST's, a PNG is brought into their form: dark",
    "on light or light on dark, of any size, anywhere in it. Else, and with IDX, an",
    "image of another size is stretched.",
    NULL,
};
static const char *const predict_examples[] = {
    "cnn predict simple.safetensors seven.png --show",
    "cnn predict simple.safetensors - <seven.png",
    "cnn predict simple.safetensors data/mnist/t10k-images-idx3-ubyte --limit 9",
    NULL,
};
static const predict_settings predict_defaults = {.weights = WEIGHTS_FLAGS_DEFAULT};

/* State of one call. */
typedef struct prediction {
    const predict_settings *settings;
    cnn_model *model;
    cnn_layer_info input;
    json_t *images; /* with --json; NULL: no memory for them */
} prediction;

static bool fits(const prediction *run) {
    return cnn_model_pictures(run->model, !run->settings->no_fit).preprocessing ==
           CNN_PREPROCESSING_MNIST;
}

static void print_image(const prediction *run, const char *name, const float *p) {
    size_t best[ANSWER_BEST];
    const size_t count = answer_best(run->model, p, best);
    printf("%-24s", name);
    for (size_t i = 0; i < count; i++) {
        char class[CNN_NAME_SIZE];
        snprintf(class, sizeof class, "%s", cnn_model_class_at(run->model, best[i]));
        cnn_text_clean(class);
        printf("  %s%s %7s%s", i ? "" : terminal_style(stdout, LOOK_BOLD), class,
               format_percent(p[best[i]]).text,
               i || !terminal_style(stdout, LOOK_BOLD)[0] ? ""
                                                          : terminal_style(stdout, LOOK_PLAIN));
    }
    putchar('\n');
}

/* Sets run->images to NULL without memory. */
static void add_object(prediction *run, const char *path, const size_t *index, const float *p) {
    json_t *image = json_pack("{s:o}", "image", json_line_text(path));
    bool bad = index && json_object_set_new(image, "number", json_integer((json_int_t)*index));
    bad |= json_object_set_new(image, "best", answer_json(run->model, p));
    if (bad) {
        json_decref(image);
        image = NULL;
    }
    json_line_append(&run->images, image);
}

static bool tell(prediction *run, const char *path, const pixels *pixels, size_t index,
                 const float *p, cnn_error *error) {
    const size_t size = run->input.height * run->input.width * run->input.channels;
    char name[512];
    if (run->settings->json) {
        add_object(run, path, pixels->many ? &index : NULL, p);
        return true;
    }
    if (pixels->many)
        snprintf(name, sizeof name, "%s %zu", source_base(path), index);
    else
        snprintf(name, sizeof name, "%s", path);
    cnn_text_clean(name);
    print_image(run, name, p);
    return !run->settings->show ||
           draw_pixels(stdout, pixels->bytes + index * size, run->input.height, run->input.width,
                       run->input.channels, error);
}

static bool predict_all(prediction *run, const char *path, const pixels *pixels, cnn_error *error) {
    const size_t classes = cnn_network_class_count(cnn_model_network(run->model));
    float *p = calloc(pixels->count, classes * sizeof *p);
    bool ok = p ? cnn_model_predict(run->model, pixels->bytes, pixels->count, p, error)
                : source_refuse(error, path, "no memory for %zu predictions", pixels->count);
    for (size_t i = 0; ok && i < pixels->count; i++)
        ok = tell(run, path, pixels, i, p + i * classes, error);
    free(p);
    return ok;
}

/* An unreadable image does not keep the others from being reported. */
static int predict_file(prediction *run, const char *path) {
    cnn_error error;
    pixels pixels;
    if (!pixels_read(&pixels, path, run->model, !run->settings->no_fit, run->settings->limit,
                     &error))
        return report_cnn_error(&error);
    const bool ok = predict_all(run, path, &pixels, &error);
    pixels_free(&pixels);
    return ok ? 0 : report_cnn_error(&error);
}

static int predict_files(prediction *run) {
    const option_list *list = &run->settings->images;
    int code = 0;
    run->images = run->settings->json ? json_array() : NULL;
    for (size_t i = 0; i < list->count; i++) {
        const int result = predict_file(run, list->items[i]);
        code = result ? result : code;
    }
    if (!run->settings->json)
        return code;
    json_t *object = json_pack("{s:o, s:b, s:o}", "model", json_line_text(run->settings->model),
                               "fit", fits(run), "images", run->images);
    return json_line_print(object) ? EXIT_FAILED : code;
}

/* Images at a time: as many as fit their values into this much memory, up to a usual batch. */
#define BATCH_MOST 64
#define BATCH_BYTES 2.5e8

static size_t batch_size(const cnn_network *network) {
    cnn_layer_info layer;
    double bytes = 1;
    for (size_t i = 0; cnn_network_layer_at(network, i, &layer); i++)
        bytes += (double)layer.activation_bytes;
    const double fit = BATCH_BYTES / bytes;
    return fit < 1 ? 1 : fit < BATCH_MOST ? (size_t)fit : BATCH_MOST;
}

static int predict_source(prediction *run, const source *source) {
    cnn_error error;
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.threads = run->settings->threads;
    options.batch_size = batch_size(source->network);
    run->model = weights_model(source, &run->settings->weights, &options, &error);
    if (!run->model)
        return report_cnn_error(&error);
    report_threads(run->model, run->settings->threads);
    cnn_network_layer_at(source->network, 0, &run->input);
    const int code = predict_files(run);
    cnn_model_free(run->model);
    return code;
}

static int predict_run(const void *values, const char *program) {
    (void)program;
    prediction run = {.settings = values};
    const predict_settings *settings = values;
    cnn_error error;
    source source;
    if (settings->show && settings->json)
        return report_usage("--show draws for people, --json is for programs: choose one");
    if (!weights_flags_agree(&settings->weights))
        return EXIT_USAGE;
    if (!source_open(&source, settings->model, settings->weights.weights, &error))
        return report_cnn_error(&error);
    const int code = predict_source(&run, &source);
    source_close(&source);
    return code;
}

const cli_command command_predict = {
    .name = "predict",
    .summary = "Predicts the classes of images, the likeliest first.",
    .groups = predict_groups,
    .notes = predict_notes,
    .examples = predict_examples,
    .defaults = &predict_defaults,
    .size = sizeof(predict_settings),
    .run = predict_run,
};
