/* What cnn check found in a file, for people and for programs. */
#ifndef CLI_CHECK_REPORT_H
#define CLI_CHECK_REPORT_H

#include "submission.h"

#include <jansson.h>

typedef struct checked_file {
    const char *path, *exercise; /* exercise NULL: none */
    submission submission;       /* closed; its facts remain */
    cnn_attempt *attempt;        /* owned; NULL: it was not run, see error */
    cnn_error error;
    char printed[1024]; /* the beginning of what the program printed */
    bool timed;
    double seconds, book_seconds; /* of all functions on one larger case */
} checked_file;

bool check_right(const checked_file *file);
/* Times the functions beside the book's. */
bool check_speed(submission *fast, checked_file *file);

void check_print(const checked_file *file, const char *program);
/* One line of a table, after its head if it is the first; width: of the longest path. */
void check_print_row(const checked_file *file, size_t width, bool first);
json_t *check_json(const checked_file *file);

#endif
