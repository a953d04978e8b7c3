/* Prints the rows of a profile as a table or as JSON, in times of one image. */
#include "train_profile.h"

#include "json_line.h"
#include "print.h"

#include <stdlib.h>

/* To be freed; NULL without memory. */
static cnn_profile_row *rows_of(const cnn_model *model, size_t *count) {
    *count = cnn_model_profile(model, NULL, 0);
    cnn_profile_row *rows = calloc(*count, sizeof *rows);
    if (rows)
        cnn_model_profile(model, rows, *count);
    return rows;
}

/* Forward passes also run over test images, so each pass is divided by its own images. */
static double microseconds(const cnn_profile_pass *pass) {
    return pass->images ? 1e6 * pass->seconds / (double)pass->images : 0;
}

static double row_microseconds(const cnn_profile_row *row) {
    return microseconds(&row->forward) + microseconds(&row->input) + microseconds(&row->weights);
}

/* Formats a number in nine columns, or a dash. */
static number_text column(double number, bool there) {
    number_text text = {"        -"};
    if (there)
        snprintf(text.text, sizeof text.text, "%9.2f", number);
    return text;
}

/* A multiply-add is two operations. */
static number_text rate(double multiply_adds, double seconds) {
    return column(2e-9 * multiply_adds / seconds, multiply_adds > 0 && seconds > 0);
}

static void print_row(const cnn_profile_row *row, double all, FILE *stream) {
    const cnn_profile_pass *y = &row->forward, *dx = &row->input, *dw = &row->weights;
    if (!y->images && !dw->images)
        return;
    fprintf(stream, "  %-21s%s%s%s%s%s %6.1f %%\n", row->name,
            column(microseconds(y), y->images).text, rate(y->multiply_adds, y->seconds).text,
            column(microseconds(dx), dx->images).text, column(microseconds(dw), dw->images).text,
            rate(dx->multiply_adds + dw->multiply_adds, dx->seconds + dw->seconds).text,
            all > 0 ? 100 * row_microseconds(row) / all : 0);
}

bool train_profile_print(const cnn_model *model, FILE *stream) {
    size_t count;
    double all = 0;
    cnn_profile_row *rows = rows_of(model, &count);
    if (!rows)
        return false;
    for (size_t i = 0; i < count; i++)
        all += row_microseconds(&rows[i]);
    const size_t threads = cnn_model_threads(model);
    print_field(stream, "profile",
                "microseconds of a thread for one image; GFLOP/s of what is needed");
    fprintf(stream, "%s  %-21s%9s%9s%9s%9s%9s %8s%s\n", terminal_style(stream, LOOK_BOLD), "layers",
            "forward", "GFLOP/s", "dx", "dw", "GFLOP/s", "share",
            terminal_style(stream, LOOK_PLAIN));
    for (size_t i = 0; i < count; i++)
        print_row(&rows[i], all, stream);
    print_field(stream, "a step",
                "%.1f microseconds of a thread for one image, %.1f on %zu thread%s", all,
                all / (double)threads, threads, threads == 1 ? "" : "s");
    free(rows);
    return true;
}

static json_t *pass_json(const cnn_profile_pass *pass) {
    return json_pack("{s:o, s:o, s:I}", "seconds", json_line_real(pass->seconds), "multiply_adds",
                     json_line_real(pass->multiply_adds), "images", (json_int_t)pass->images);
}

json_t *train_profile_json(const cnn_model *model) {
    size_t count;
    cnn_profile_row *rows = rows_of(model, &count);
    json_t *list = rows ? json_array() : NULL;
    for (size_t i = 0; list && i < count; i++) {
        json_t *row = json_pack("{s:s, s:o, s:o, s:o}", "name", rows[i].name, "forward",
                                pass_json(&rows[i].forward), "dx", pass_json(&rows[i].input), "dw",
                                pass_json(&rows[i].weights));
        json_line_append(&list, row);
    }
    free(rows);
    return list;
}
