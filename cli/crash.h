/* Says in one line why a program of the workshop ended. */
#ifndef CLI_CRASH_H
#define CLI_CRASH_H

#include "cnn.h"

typedef struct crash {
    const char *path;          /* of the reader's file */
    const char *report;        /* the file that holds its standard error */
    const char *printed;       /* the file that holds its standard output */
    size_t printed_most;       /* bytes of each */
    int status;                /* of waitpid() */
    const cnn_call *call;      /* that it was in */
    const uint64_t *addresses; /* of its arrays */
} crash;

/* Always false. */
bool crash_explain(const crash *c, cnn_error *error);
/* The compiler's first error in its output, as one line with the reader's own path. Always false.
 */
bool crash_of_compiler(const char *path, const char *report, const char *exercise,
                       cnn_error *error);

#endif
