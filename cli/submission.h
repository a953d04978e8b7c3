/* A file of the workshop that somebody has filled in: compiled, and run in a process of its own. */
#ifndef CLI_SUBMISSION_H
#define CLI_SUBMISSION_H

#include "child.h"

typedef enum submission_build {
    SUBMISSION_CHECKED, /* with sanitizers, where the compiler has them */
    SUBMISSION_FAST     /* optimized */
} submission_build;

typedef struct submission {
    const char *path;     /* as typed; borrowed */
    const char *exercise; /* static */
    char folder[300];     /* of temporary files; "": none */
    bool sanitized;       /* writes outside of arrays are seen */
    bool fast;            /* the build; it may take its time */
    double seconds;       /* of the last call, the function alone */
    double total;         /* of all timed calls, each made once */
    child child;          /* the running program */
    size_t started;       /* programs, so far */
} submission;

/* The exercise that a path belongs to, by its name: my/conv2d.c, conv2d-anna.c, anna/conv2d.c.
 * NULL: none. */
const char *submission_exercise(const char *path);

/* Compiles the file. False with one line that says why not; there is nothing to close then. */
bool submission_open(submission *s, const char *path, const char *exercise, submission_build build,
                     cnn_error *error);
void submission_close(submission *s);
/* Ends the program, if it runs, and copies the beginning of what it has printed. */
void submission_printed(submission *s, char *text, size_t size);
/* A cnn_call_function, whose context is a submission: makes the call in its process, which is
 * started when none runs. A crash, a call that does not end, too much memory or output are errors
 * of one line. */
bool submission_call(const cnn_call *call, void *context, cnn_error *error);
/* The same, which adds the function's time to `total`. */
bool submission_time(const cnn_call *call, void *context, cnn_error *error);

#endif
