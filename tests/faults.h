/* Runs the built command with one kind of request failing: once for each request it makes. */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

/* A run of the command. Each @ is replaced by the folder of tests/command.h. */
typedef struct command_case {
    const char *name;
    const char *arguments;  /* split at spaces */
    const char *outputs[3]; /* models, traces and PNGs that it writes, names in the folder */
    bool timed;             /* prints seconds: numbers may differ from run to run */
    const char *checkpoint; /* NULL, or one that it may leave */
    const char *resumes;    /* NULL, or what is there before: another name in the folder */
} command_case;

/* How a request fails. */
typedef struct fault {
    const char *kind; /* malloc, thread, open, read, write, stat, fsync, rename, close, fflush */
    int reason;       /* of errno; 0: half of the bytes are moved; -1: the file ends here */
    bool harmless;    /* the run has to continue as if nothing had happened */
} fault;

/* NULL, or why this build cannot be run with a library loaded before the C library. */
const char *faults_impossible(void);

/* Lets the n-th request fail, alone or with all after, for every n until a run makes no more. Each
 * run has to end well, with the same output as an undisturbed one, or with exit code 1 and one line
 * on standard error that gives the reason; memory and files are released, its output is complete or
 * untouched, and nothing else is left in the folder. CNN_TEST_SHARE=N leaves one n in N for malloc.
 * Returns the number of failed requests. */
size_t faults_inject(const command_case *command_case, const fault *fault, bool all_after);

#endif
