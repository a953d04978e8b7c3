/* What people read: numbers as words, colors where there is a terminal, errors. */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include "cnn.h"
#include "thousands.h"

#include <stdio.h>

/* Exit codes, beside 0: a failure, a call that makes no sense, a check that came to no verdict, a
 * run stopped by a signal. */
enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_UNCHECKED = 3, EXIT_INTERRUPTED = 130 };

#define PRINT_COLUMNS 80
/* Of the names in front of fields. */
#define PRINT_FIELD 13

number_text format_bytes(double bytes);     /* 827.7 kB */
number_text format_seconds(double seconds); /* 0:42, 1:02:03 */
number_text format_percent(double share);   /* 98.93 % */
number_text format_loss(double loss);       /* 0.1703; 3.51e+30; - if it was not measured */

typedef enum terminal_look { LOOK_PLAIN, LOOK_BOLD, LOOK_GOOD, LOOK_BAD } terminal_look;

/* The terminal's code for a look, or "" if the stream is no terminal or NO_COLOR is set. */
const char *terminal_style(FILE *stream, terminal_look look);

/* True if the stream is a terminal on which a line can be drawn again. */
bool is_terminal(FILE *stream);

/* Each of these and of the errors below shows its text cleaned (cnn_text_clean()); what prints
 * a name by itself cleans it first. */

/* "name         text", broken at spaces to 80 columns, with the further lines indented. A tab is a
 * space at which no line is broken. */
void print_field(FILE *stream, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The text alone, where `indent` columns of the line are written already. */
void print_wrapped(FILE *stream, int indent, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The text as one line, however long. */
void print_line(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* True once one of the errors below was made. */
bool reported_any(void);

/* "cnn: ..." as one line on standard error. Returns EXIT_FAILED. */
int report_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
int report_cnn_error(const cnn_error *error);
/* The same of what is no error: the command goes on. */
void report_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* One line there if the model runs on fewer threads than it was to have: `asked` is the flag, 0 for
 * one per processor. */
void report_threads(const cnn_model *model, size_t asked);
/* As report_error(), returning EXIT_USAGE. */
int report_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
