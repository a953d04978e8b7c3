/* One slope for a row of steps: too large a step errs by curvature and kinks, too small a one by
 * digits. */
#include "slope_report.h"

#include "json_line.h"
#include "print.h"
#include "where.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 9 }; /* 0.1, 0.01, ... */

typedef struct report {
    const slope_settings *settings;
    cnn_model *model;
    where where;
    size_t label;
    cnn_slope slopes[STEPS];
    size_t best; /* the step whose quotient is nearest to backprop's gradient */
} report;

/* Uniform random numbers from 0 to 1; the same generator on every machine. */
static double uniform(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 40) / (double)(1 << 24);
}

static bool draw_image(report *r, cnn_error *error) {
    cnn_layer_info input;
    uint64_t state = r->settings->seed;
    cnn_network_layer_at(cnn_model_network(r->model), 0, &input);
    const size_t values = input.height * input.width * input.channels;
    float *x = calloc(values, sizeof *x);
    if (!x)
        return source_refuse(error, "", "no memory for %zu pixels", values);
    for (size_t i = 0; i < values; i++)
        x[i] = (float)(4 * uniform(&state) - 2);
    r->label =
        (size_t)(uniform(&state) * (double)cnn_network_class_count(cnn_model_network(r->model)));
    const uint32_t label = (uint32_t)r->label;
    const bool ok = cnn_model_set_input(r->model, x, &label, 1, error);
    free(x);
    return ok;
}

static bool set_image(report *r, cnn_error *error) {
    const slope_settings *settings = r->settings;
    if (!settings->image)
        return draw_image(r, error);
    return one_image_set(r->model, settings->image, settings->flags, &r->label, error) &&
           (r->label != SIZE_MAX ||
            source_refuse(error, settings->image, "the loss needs the true class: --label CLASS"));
}

/* A number of size 1000 would not be moved by the smallest step. */
static bool measure(report *r, cnn_error *error) {
    const where *at = &r->where;
    double h = 0.1;
    for (size_t i = 0; i < STEPS; i++, h /= 10) {
        if (!cnn_model_slope(r->model, at->tensor.name, at->index, h, &r->slopes[i], error))
            return false;
        if (r->slopes[i].error < r->slopes[r->best].error)
            r->best = i;
    }
    return true;
}

/* "relu2 at conv2[3,3,5]", the first of them; "" if there is none. */
static void kink_text(const report *r, const cnn_slope *slope, char *text, size_t size) {
    cnn_layer_info layer, before = {.name = ""};
    char at[WHERE_SIZE];
    text[0] = '\0';
    if (!slope->kinks)
        return;
    for (size_t i = 0; cnn_network_layer_at(cnn_model_network(r->model), i, &layer);
         before = layer, i++)
        if (!strcmp(layer.name, slope->kink_layer))
            break;
    where_name(r->model, before.name, slope->kink_index, at);
    snprintf(text, size, "%s at %s", slope->kink_layer, at);
}

static void print_rows(const report *r) {
    printf("\n%s%6s %16s %16s %16s %8s %6s%s\n", terminal_style(stdout, LOOK_BOLD), "h",
           "loss at + h", "loss at - h", "difference / 2h", "error", "kinks",
           terminal_style(stdout, LOOK_PLAIN));
    for (size_t i = 0; i < STEPS; i++) {
        const cnn_slope *s = &r->slopes[i];
        printf("%6.0e %16.13f %16.13f %16.10g %8.1e %6zu\n", s->h, s->high, s->low, s->quotient,
               s->error, s->kinks);
    }
    putchar('\n');
}

/* The smallest step with a kink. */
static void print_kink(const report *r) {
    for (size_t i = STEPS; i-- > 0;)
        if (r->slopes[i].kinks) {
            char kink[256];
            kink_text(r, &r->slopes[i], kink, sizeof kink);
            print_field(stdout, "kinks",
                        "within %.0e a gate or the maximum of a window changes: %s", r->slopes[i].h,
                        kink);
            return;
        }
}

static void print_verdict(const report *r) {
    const cnn_slope *best = &r->slopes[r->best];
    if (best->gradient == 0 && best->quotient == 0)
        print_field(stdout, "so", "the loss does not depend on it, and backprop agrees");
    else if (best->error > 0)
        print_field(stdout, "so",
                    "with h %.0e %.0f digits agree. Larger steps err by curvature and by kinks, "
                    "smaller ones by digits: a loss has 16",
                    best->h, floor(-log10(best->error)));
    else
        print_field(stdout, "so", "with h %.0e all digits agree", best->h);
}

static void print_report(const report *r) {
    char name[WHERE_SIZE], words[128];
    const cnn_slope *any = &r->slopes[r->best];
    where_text(&r->where.tensor, r->where.index, name);
    where_words(&r->where, words, sizeof words);
    printf("%s%s = %.9g%s\n", terminal_style(stdout, LOOK_BOLD), name, any->value,
           terminal_style(stdout, LOOK_PLAIN));
    print_field(stdout, "what", "%s%s%s", words, words[0] ? " of " : "", r->where.tensor.name);
    print_field(stdout, "image", "%s, true class %s",
                r->settings->image ? r->settings->image : "drawn by the seed",
                cnn_model_class_at(r->model, r->label));
    print_field(stdout, "loss", "%.15g, in double", any->loss);
    print_field(stdout, "backprop", "%.10g", any->gradient);
    print_rows(r);
    print_kink(r);
    print_verdict(r);
}

static json_t *row_json(const report *r, const cnn_slope *s) {
    char kink[256];
    kink_text(r, s, kink, sizeof kink);
    return json_pack("{s:f, s:o, s:o, s:o, s:o, s:I, s:o}", "h", s->h, "high",
                     json_line_real(s->high), "low", json_line_real(s->low), "quotient",
                     json_line_real(s->quotient), "error", json_line_real(s->error), "kinks",
                     (json_int_t)s->kinks, "kink", kink[0] ? json_string(kink) : json_null());
}

static json_t *as_json(const report *r) {
    const cnn_slope *any = &r->slopes[r->best];
    json_t *rows = json_array();
    char name[WHERE_SIZE];
    for (size_t i = 0; i < STEPS; i++)
        json_line_append(&rows, row_json(r, &r->slopes[i]));
    where_text(&r->where.tensor, r->where.index, name);
    return json_pack(
        "{s:o, s:o, s:I, s:s, s:o, s:o, s:o, s:o}", "network", json_line_text(r->settings->network),
        "image", r->settings->image ? json_line_text(r->settings->image) : json_null(), "label",
        (json_int_t)r->label, "where", name, "value", json_line_float((float)any->value), "loss",
        json_line_real(any->loss), "gradient", json_line_real(any->gradient), "rows", rows);
}

int slope_report(const slope_settings *settings, const source *source) {
    cnn_error error;
    report r = {.settings = settings};
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.batch_size = options.threads = 1;
    options.every_layer = true;
    options.seed = settings->seed;
    r.model = source_start(source, &options, NULL, &error);
    const bool ok = r.model && set_image(&r, &error) &&
                    where_read(r.model, settings->at, &r.where, &error) && measure(&r, &error);
    int code = ok ? 0 : report_cnn_error(&error);
    if (ok && settings->json)
        code = json_line_print(as_json(&r));
    else if (ok)
        print_report(&r);
    cnn_model_free(r.model);
    return code;
}
