/* cnn gradcheck: checks every gradient of a network against central differences. */
#include "closest.h"
#include "commands.h"
#include "json_line.h"
#include "print.h"
#include "source.h"

#include <math.h>
#include <string.h>

typedef struct gradcheck_settings {
    const char *network, *break_layer, *mistake;
    uint64_t batch_size, samples, seed;
    bool json;
} gradcheck_settings;

static const option gradcheck_rows[] = {
    ROW_FILE(gradcheck_settings, network, OPTION_INPUT, NULL, "NETWORK", "text file or model"),
    ROW_COUNT(gradcheck_settings, batch_size, "--batch-size", "images in the batch", 1, 1e9),
    ROW_COUNT(gradcheck_settings, samples, "--samples", "elements tried of each gradient, 0: all",
              0, 1e9),
    ROW_SEED(gradcheck_settings, seed, "--seed", "of the random numbers and the samples"),
    ROW_TEXT(gradcheck_settings, break_layer, "--break", "LAYER",
             "damage this layer's gradient, to see the check find it"),
    ROW_TEXT(gradcheck_settings, mistake, "--mistake", "NAME",
             "which way (factor); an unknown name lists all"),
    ROW_SWITCH(gradcheck_settings, json, "--json", "one JSON object instead of the table"),
};

static const option_group gradcheck_groups[] = {{OPTION_ROWS(gradcheck_rows), 0}, {NULL, 0, 0}};
static const char *const gradcheck_notes[] = {
    "",
    "Points too near a kink of relu or maxpool2d are skipped. Exit code 1 above 1e-6,",
    "3 if all points of a gradient had to be skipped: nothing is known of it then.",
    NULL,
};
static const char *const gradcheck_examples[] = {
    "cnn gradcheck networks/simple.net",
    "cnn gradcheck networks/simple.net --break conv1",
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

static bool find_mistake(const char *name, cnn_mistake *mistake) {
    for (size_t i = 0; cnn_gradcheck_mistake_at(i, mistake); i++)
        if (!strcmp(name, mistake->name))
            return true;
    return false;
}

static void print_verdict(const checked *check, double worst) {
    const bool good = worst <= CNN_GRADCHECK_LIMIT;
    const char *broken = check->settings->break_layer;
    cnn_mistake made;
    printf("\n%s%s%s: the largest relative error is %.1e, in %s; the limit is %.0e\n",
           terminal_style(stdout, good ? LOOK_GOOD : LOOK_BAD), good ? "right" : "WRONG",
           terminal_style(stdout, LOOK_PLAIN), worst, check->where, CNN_GRADCHECK_LIMIT);
    if (check->settings->mistake && find_mistake(check->settings->mistake, &made))
        print_line(stdout, "The mistake made in %s on purpose was %s: %s.", broken,
                   good ? "not found" : "found", made.text);
    else if (broken)
        print_line(stdout,
                   good ? "The damage done to %s was not found."
                        : "The damage done to %s on purpose was found.",
                   broken);
}

static json_t *as_json(const checked *check, double worst) {
    const char *broken = check->settings->break_layer;
    const char *mistake = check->settings->mistake;
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
 * not. */
static bool can_break(const cnn_network *network, const char *name) {
    cnn_layer_info layer;
    if (!name || !strcmp(name, "softmax"))
        return true;
    closest near = {.typed = name, .length = strlen(name)};
    closest_offer(&near, "softmax");
    for (size_t i = 1; cnn_network_layer_at(network, i, &layer); i++) {
        if (!strcmp(name, layer.name))
            return true;
        closest_offer(&near, layer.name);
    }
    report_error("no layer %s%s%s%s", name, near.word[0] ? "; did you mean " : "", near.word,
                 near.word[0] ? "?" : "");
    return false;
}

static bool refuse_mistake(const char *name) {
    cnn_mistake mistake;
    char known[512] = "";
    size_t used = 0;
    for (size_t i = 0; used < sizeof known && cnn_gradcheck_mistake_at(i, &mistake); i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "",
                                 mistake.name);
    report_error("no mistake %s; known: %s", name, known);
    return false;
}

/* Tries one element of each gradient before a row is printed, to see that the mistake applies. */
static bool can_make(const cnn_network *network, cnn_gradcheck_options options) {
    cnn_mistake mistake;
    cnn_error error;
    if (!options.debug_mistake)
        return true;
    if (!find_mistake(options.debug_mistake, &mistake))
        return refuse_mistake(options.debug_mistake);
    options.samples = 1;
    return cnn_gradcheck(network, &options, NULL, NULL, NULL, &error) ||
           (report_cnn_error(&error), false);
}

static int gradcheck_run(const void *values, const char *program) {
    (void)program;
    checked check = {.settings = values};
    const gradcheck_settings *settings = values;
    const cnn_gradcheck_options options = {.batch_size = settings->batch_size,
                                           .seed = settings->seed,
                                           .samples = settings->samples,
                                           .debug_break_layer = settings->break_layer,
                                           .debug_mistake = settings->mistake};
    cnn_error error;
    double worst;
    int code = EXIT_FAILED;
    if (settings->mistake && !settings->break_layer)
        return report_usage("--mistake counts only with --break");
    check.rows = settings->json ? json_array() : NULL;
    source source;
    const bool open = source_open(&source, settings->network, NULL, &error);
    if (!open || !source_trainable(source.network, settings->network, &error))
        report_cnn_error(&error);
    else if (can_break(source.network, settings->break_layer) && can_make(source.network, options))
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
