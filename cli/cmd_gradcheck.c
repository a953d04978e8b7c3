/* cnn gradcheck: checks every gradient of a network against central differences. */
#include "closest.h"
#include "commands.h"
#include "json_line.h"
#include "print.h"
#include "slope_report.h"

#include <math.h>
#include <string.h>

typedef struct gradcheck_settings {
    const char *network, *mistake, *layer; /* mistake: as typed, perhaps a layer */
    const char *at, *image;
    one_image_flags one;
    uint64_t batch_size, samples, seed;
    bool json;
} gradcheck_settings;

static const option gradcheck_rows[] = {
    ROW_FILE(gradcheck_settings, network, OPTION_INPUT, NULL, "NETWORK", "text file or model"),
    ROW_COUNT(gradcheck_settings, batch_size, "--batch-size", "images in the batch", 1, 1e9),
    ROW_COUNT(gradcheck_settings, samples, "--samples", "elements tried of each gradient, 0: all",
              0, 1e9),
    ROW_SEED(gradcheck_settings, seed, "--seed", "of the random numbers and the samples"),
    ROW_TEXT(gradcheck_settings, mistake, "--break", "NAME",
             "make this mistake, to see the check find it: help mistakes"),
    ROW_TEXT(gradcheck_settings, layer, "--layer", "LAYER", "in this one alone"),
    ROW_SWITCH(gradcheck_settings, json, "--json", "one JSON object instead of the table"),
    ROW_TEXT(gradcheck_settings, at, "--at", "WHERE",
             "move this number alone, through the whole network"),
    ROW_FILE(gradcheck_settings, image, OPTION_INPUT, "--image", "FILE",
             "for --at, as for cnn explain; without it one is drawn"),
};

static const option_group gradcheck_groups[] = {
    {OPTION_ROWS(gradcheck_rows), 0},
    {ONE_IMAGE_ROWS, offsetof(gradcheck_settings, one)},
    {NULL, 0, 0},
};
static const char *const gradcheck_notes[] = {
    "",
    "Points too near a kink of relu or maxpool2d are skipped. Exit code 1 above 1e-6,",
    "3 if all points of a gradient had to be skipped: nothing is known of it then.",
    "--break LAYER puts a gradient of that layer off by a thousandth.",
    NULL,
};
static const char *const gradcheck_examples[] = {
    "cnn gradcheck networks/simple.net",
    "cnn gradcheck networks/simple.net --break conv-dx-flipped",
    "cnn gradcheck networks/simple.net --break conv1",
    "cnn gradcheck networks/simple.net --at 'conv2.weight[1,0,3,5]'",
    NULL,
};
static const gradcheck_settings gradcheck_defaults = {
    .network = SOURCE_NETWORK,
    .batch_size = 2,
    .samples = 200,
    .seed = 1,
};

typedef struct checked {
    const gradcheck_settings *settings;
    json_t *rows; /* with --json; NULL: no memory for them */
    double worst; /* as ranked */
    char where[CNN_NAME_SIZE + 4];
} checked;

/* The index letters of a gradient, in the order of its shape. */
static const char *letters(const cnn_gradcheck_row *row) {
    if (row->gradient[1] == 'x')
        return row->rank == 4 ? "nhwc" : "nc";
    if (row->gradient[1] == 'w')
        return row->rank == 4 ? "rsck" : "ck";
    return "k";
}

static void unfold(const cnn_gradcheck_row *row, size_t index[4]) {
    size_t rest = row->element;
    for (size_t i = row->rank; i-- > 0;) {
        index[i] = row->shape[i] ? rest % row->shape[i] : 0;
        rest /= row->shape[i] ? row->shape[i] : 1;
    }
}

static void element_text(const cnn_gradcheck_row *row, char *text, size_t size) {
    size_t index[4];
    const char *names = letters(row);
    unfold(row, index);
    text[0] = '\0';
    for (size_t i = 0, used = 0; i < row->rank && i < strlen(names) && used < size; i++)
        used +=
            (size_t)snprintf(text + used, size - used, "%s%c%zu", i ? " " : "", names[i], index[i]);
}

static void print_row(const cnn_gradcheck_row *row) {
    char at[96];
    if (!row->checked) {
        printf("%-8s %s %9s %5s %7s  not checked\n", row->layer, row->gradient,
               thousands(row->elements).text, "0", thousands(row->skipped).text);
        return;
    }
    const bool good = row->error <= CNN_GRADCHECK_LIMIT;
    element_text(row, at, sizeof at);
    printf("%-8s %s %9s %5s %7s %s%8.1e%s  %-13s %9.2e %9.2e\n", row->layer, row->gradient,
           thousands(row->elements).text, thousands(row->checked).text,
           thousands(row->skipped).text, good ? "" : terminal_style(stdout, LOOK_BAD), row->error,
           good ? "" : terminal_style(stdout, LOOK_PLAIN), at, row->analytic, row->numeric);
    fflush(stdout);
}

static json_t *row_json(const cnn_gradcheck_row *row) {
    size_t index[4];
    json_t *element = json_array();
    unfold(row, index);
    for (size_t i = 0; i < row->rank; i++)
        json_line_append(&element, json_integer((json_int_t)index[i]));
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "layer", row->layer,
                     "gradient", row->gradient, "elements", (json_int_t)row->elements, "checked",
                     (json_int_t)row->checked, "skipped", (json_int_t)row->skipped, "error",
                     json_line_real(row->error), "element", element, "analytic",
                     json_line_real(row->analytic), "numeric", json_line_real(row->numeric));
}

static void print_columns(void) {
    printf("%s%-8s %s %9s %5s %7s %8s  %-13s %9s %9s%s\n", terminal_style(stdout, LOOK_BOLD),
           "layer", "  ", "elements", "tried", "skipped", "error", "at", "analytic", "numeric",
           terminal_style(stdout, LOOK_PLAIN));
}

/* Unchecked gradients rank worse than right ones, and better than wrong ones. */
static double rank(double error) {
    return isnan(error) ? nextafter(CNN_GRADCHECK_LIMIT, 1) : error;
}

static void on_row(const cnn_gradcheck_row *row, void *context) {
    checked *check = context;
    if (!check->where[0] && !check->settings->json)
        print_columns();
    if (!check->where[0] || rank(row->error) > check->worst) {
        check->worst = rank(row->error);
        snprintf(check->where, sizeof check->where, "%s %s", row->layer, row->gradient);
    }
    if (check->settings->json)
        json_line_append(&check->rows, row_json(row));
    else
        print_row(row);
}

static void print_unchecked(const checked *check) {
    printf("\n%snot checked%s: every element tried of %s lay at a kink; try another --seed\n",
           terminal_style(stdout, LOOK_BAD), terminal_style(stdout, LOOK_PLAIN), check->where);
}

/* What was to be found, and whether it was: some mistakes no gradient check can see. */
static void print_made(const gradcheck_settings *settings, bool good) {
    cnn_mistake_info mistake;
    const bool known = cnn_mistake_find(settings->mistake, &mistake);
    if (!known)
        print_line(stdout, "The damage done to %s on purpose was %s.", settings->mistake,
                   good ? "not found" : "found");
    else if (good && !mistake.red[0])
        print_line(stdout, "The mistake made on purpose cannot be seen here: %s.", mistake.text);
    else
        print_line(stdout, "The mistake made on purpose was %s: %s.", good ? "not found" : "found",
                   mistake.text);
}

static void print_verdict(const checked *check, double worst) {
    const bool good = worst <= CNN_GRADCHECK_LIMIT;
    printf("\n%s%s%s: the largest relative error is %.1e, in %s; the limit is %.0e\n",
           terminal_style(stdout, good ? LOOK_GOOD : LOOK_BAD), good ? "right" : "WRONG",
           terminal_style(stdout, LOOK_PLAIN), worst, check->where, CNN_GRADCHECK_LIMIT);
    if (check->settings->mistake)
        print_made(check->settings, good);
}

static json_t *as_json(const checked *check, double worst) {
    const gradcheck_settings *settings = check->settings;
    const bool known = cnn_mistake_find(settings->mistake, NULL);
    const char *mistake = known ? settings->mistake : NULL;
    const char *broken = known ? settings->layer : settings->mistake;
    json_t *passed = isnan(worst) ? json_null() : json_boolean(worst <= CNN_GRADCHECK_LIMIT);
    return json_pack("{s:o, s:O, s:o, s:s, s:f, s:o, s:o, s:o*}", "network",
                     json_line_text(check->settings->network), "rows", check->rows, "worst",
                     json_line_real(worst), "where", check->where, "limit", CNN_GRADCHECK_LIMIT,
                     "passed", passed, "broken", broken ? json_line_text(broken) : json_null(),
                     "mistake", mistake ? json_line_text(mistake) : NULL);
}

static int report(checked *check, double worst) {
    const int code = isnan(worst) ? EXIT_UNCHECKED : worst <= CNN_GRADCHECK_LIMIT ? 0 : EXIT_FAILED;
    if (!check->settings->json && isnan(worst))
        print_unchecked(check);
    else if (!check->settings->json)
        print_verdict(check, worst);
    else if (json_line_print(as_json(check, worst)))
        return EXIT_FAILED;
    return code;
}

/* Checks the name before any work is done, and suggests the nearest one, which the library does
 * not: of a layer, or of a mistake if that is nearer. */
static bool can_break(const cnn_network *network, const cnn_gradcheck_options *options) {
    const char *name = options->debug_break_layer;
    cnn_layer_info layer;
    cnn_mistake_info mistake;
    if (!name || !strcmp(name, "softmax"))
        return true;
    closest near = {.typed = name, .length = strlen(name)};
    closest_offer(&near, "softmax");
    for (size_t i = 1; cnn_network_layer_at(network, i, &layer); i++) {
        if (!strcmp(name, layer.name))
            return true;
        closest_offer(&near, layer.name);
    }
    for (size_t i = 0; !options->debug_mistake && cnn_mistake_at(i, &mistake); i++)
        closest_offer(&near, mistake.name);
    report_error("no %slayer %s%s%s%s", options->debug_mistake ? "" : "mistake and no ", name,
                 near.word[0] ? "; did you mean " : "; see cnn help mistakes", near.word,
                 near.word[0] ? "?" : "");
    return false;
}

/* Before a row is printed: one element of each gradient tells whether it can be made there. */
static bool can_make(const cnn_network *network, cnn_gradcheck_options options) {
    cnn_error error;
    options.samples = 1;
    return !options.debug_mistake || cnn_gradcheck(network, &options, NULL, NULL, NULL, &error) ||
           (report_cnn_error(&error), false);
}

/* --break names a mistake, or a layer to damage. */
static void take_break(const gradcheck_settings *settings, cnn_gradcheck_options *options) {
    const bool known = cnn_mistake_find(settings->mistake, NULL);
    options->debug_mistake = known ? settings->mistake : NULL;
    options->debug_break_layer = known ? settings->layer : settings->mistake;
}

static int report_slope(const gradcheck_settings *settings) {
    cnn_error error;
    source source;
    const slope_settings slope = {.network = settings->network,
                                  .at = settings->at,
                                  .image = settings->image,
                                  .flags = &settings->one,
                                  .seed = settings->seed,
                                  .json = settings->json};
    if (settings->mistake)
        return report_usage(
            "--break damages the check of layers, --at runs without it: choose one");
    if (!source_open(&source, settings->network, NULL, &error))
        return report_cnn_error(&error);
    const int code = source_trainable(source.network, settings->network, &error)
                         ? slope_report(&slope, &source)
                         : report_cnn_error(&error);
    source_close(&source);
    return code;
}

static int gradcheck_run(const void *values, const char *program) {
    (void)program;
    checked check = {.settings = values};
    const gradcheck_settings *settings = values;
    cnn_gradcheck_options options = {
        .batch_size = settings->batch_size, .seed = settings->seed, .samples = settings->samples};
    cnn_error error;
    double worst;
    int code = EXIT_FAILED;
    if (settings->at)
        return report_slope(settings);
    if (settings->image)
        return report_usage("--image counts only with --at");
    take_break(settings, &options);
    if (settings->layer && !options.debug_mistake)
        return report_usage("--layer counts only with --break and the name of a mistake");
    check.rows = settings->json ? json_array() : NULL;
    source source;
    const bool open = source_open(&source, settings->network, NULL, &error);
    if (!open || !source_trainable(source.network, settings->network, &error))
        report_cnn_error(&error);
    else if (can_break(source.network, &options) && can_make(source.network, options))
        code = cnn_gradcheck(source.network, &options, on_row, &check, &worst, &error)
                   ? report(&check, worst)
                   : report_cnn_error(&error);
    json_decref(check.rows);
    if (open)
        source_close(&source);
    return code;
}

const cli_command command_gradcheck = {
    .name = "gradcheck",
    .summary = "Checks every layer's gradients against central differences.",
    .groups = gradcheck_groups,
    .notes = gradcheck_notes,
    .examples = gradcheck_examples,
    .defaults = &gradcheck_defaults,
    .size = sizeof(gradcheck_settings),
    .run = gradcheck_run,
};
