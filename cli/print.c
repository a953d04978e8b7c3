/* Prints fields, numbers and errors; no printed text can control the terminal. */
#define _POSIX_C_SOURCE 200809L
#include "print.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

number_text format_bytes(double bytes) {
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
    size_t unit = 0;
    while (bytes >= 999.95 && unit + 1 < sizeof units / sizeof *units) {
        bytes /= 1000;
        unit++;
    }
    number_text text;
    snprintf(text.text, sizeof text.text, "%.*f %s", unit ? 1 : 0, bytes, units[unit]);
    return text;
}

number_text format_seconds(double seconds) {
    number_text text = {"?"};
    if (!(seconds >= 0 && seconds < 3.6e9))
        return text;
    const unsigned long whole = (unsigned long)seconds, hours = whole / 3600;
    if (hours)
        snprintf(text.text, sizeof text.text, "%lu:%02lu:%02lu", hours, whole / 60 % 60,
                 whole % 60);
    else
        snprintf(text.text, sizeof text.text, "%lu:%02lu", whole / 60, whole % 60);
    return text;
}

number_text format_percent(double share) {
    number_text text = {"-"};
    if (isfinite(share))
        snprintf(text.text, sizeof text.text, "%.2f %%", 100 * share);
    return text;
}

number_text format_loss(double loss) {
    number_text text = {"-"};
    if (!isnan(loss))
        snprintf(text.text, sizeof text.text, fabs(loss) < 9999 ? "%.4f" : "%.2e", loss);
    return text;
}

bool is_terminal(FILE *stream) {
    const char *kind = getenv("TERM");
    return isatty(fileno(stream)) && !(kind && !strcmp(kind, "dumb"));
}

const char *terminal_style(FILE *stream, terminal_look look) {
    static const char *const codes[] = {"\033[0m", "\033[1m", "\033[32m", "\033[1;31m"};
    const char *refused = getenv("NO_COLOR");
    if ((refused && refused[0]) || !is_terminal(stream))
        return "";
    return codes[look];
}

/* The first word is at column `column`, which is `indent` or, after a long name, beyond it. */
static void wrap(FILE *stream, int indent, int column, char *text) {
    char *rest = NULL;
    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        for (char *tab = word; (tab = strchr(tab, '\t'));)
            *tab = ' ';
        cnn_text_clean(word);
        const int width = (int)strlen(word);
        if (column > indent && column + 1 + width > PRINT_COLUMNS)
            column = fprintf(stream, "\n%*s", indent, "") - 1;
        column += fprintf(stream, "%s%s", column > indent ? " " : "", word);
    }
    fputc('\n', stream);
}

void print_field(FILE *stream, const char *name, const char *format, ...) {
    char text[2048];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    wrap(stream, PRINT_FIELD, fprintf(stream, "%-*s", PRINT_FIELD, name), text);
}

void print_wrapped(FILE *stream, int indent, const char *format, ...) {
    char text[2048];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    wrap(stream, indent, indent, text);
}

void print_line(FILE *stream, const char *format, ...) {
    char text[5000]; /* a path, and a message about it */
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    cnn_text_clean(text);
    fprintf(stream, "%s\n", text);
}

static bool reported;

bool reported_any(void) {
    return reported;
}

/* A name with a line break in it must not make two lines of one. */
static void write_line(const char *format, va_list values) {
    char text[1024];
    vsnprintf(text, sizeof text, format, values);
    cnn_text_clean(text);
    fprintf(stderr, "cnn: %s\n", text);
}

static int report(int code, const char *format, va_list values) {
    write_line(format, values);
    reported = true;
    return code;
}

void report_note(const char *format, ...) {
    va_list values;
    va_start(values, format);
    write_line(format, values);
    va_end(values);
}

int report_error(const char *format, ...) {
    va_list values;
    va_start(values, format);
    report(EXIT_FAILED, format, values);
    va_end(values);
    return EXIT_FAILED;
}

int report_usage(const char *format, ...) {
    va_list values;
    va_start(values, format);
    report(EXIT_USAGE, format, values);
    va_end(values);
    return EXIT_USAGE;
}

void report_threads(const cnn_model *model, size_t asked) {
    const size_t threads = cnn_model_threads(model), wanted = asked ? asked : cnn_processor_count();
    if (threads < wanted)
        fprintf(stderr, "cnn: %zu of %zu threads could be started: slower, with the same results\n",
                threads, wanted);
}

int report_cnn_error(const cnn_error *error) {
    char text[1024];
    cnn_error_text(error, text, sizeof text);
    return report_error("%s", text);
}
