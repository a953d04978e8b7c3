/* Prints for people: numbers as words, colors on a terminal, errors. */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include "cnn.h"
#include "thousands.h"

#include <stdio.h>

/* Exit codes, beside 0: a failure, wrong usage, a check without a verdict, a run stopped by a
 * signal. */
enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_UNCHECKED = 3, EXIT_INTERRUPTED = 130 };

#define PRINT_COLUMNS 80
/* Width of the names before fields. */
#define PRINT_FIELD 13

number_text format_bytes(double bytes);     /* 827.7 kB */
number_text format_seconds(double seconds); /* 0:42, 1:02:03 */
number_text format_percent(double share);   /* 98.93 % */
number_text format_loss(double loss);       /* 0.1703; 3.51e+30; - if not measured */

typedef enum terminal_look { LOOK_PLAIN, LOOK_BOLD, LOOK_GOOD, LOOK_BAD } terminal_look;

/* Returns the terminal's code for a look, or "" if the stream is not a terminal or NO_COLOR is
 * set. */
const char *terminal_style(FILE *stream, terminal_look look);

/* True if the stream is a terminal on which a line can be redrawn. */
bool is_terminal(FILE *stream);

/* These functions and the error functions below show their text cleaned (cnn_text_clean()); other
 * code that prints a name cleans it first. */

/* Prints "name         text", broken at spaces to 80 columns, with the further lines indented. A
 * tab is a space at which lines are not broken. */
void print_field(FILE *stream, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Prints the text alone, after `indent` columns that are written already. */
void print_wrapped(FILE *stream, int indent, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Prints the text as one line, however long. */
void print_line(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* True after any of the errors below. */
bool reported_any(void);

/* Prints "cnn: ..." as one line on standard error. Returns EXIT_FAILED. */
int report_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
int report_cnn_error(const cnn_error *error);
/* The same for a note: the command continues. */
void report_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints a note if the model runs on fewer threads than requested: `asked` is the flag, 0 for one
 * per processor. */
void report_threads(const cnn_model *model, size_t asked);
/* As report_error(), but returns EXIT_USAGE. */
int report_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
