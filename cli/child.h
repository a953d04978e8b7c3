/* Runs another program under limits, in a group of processes that ends with it. */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include "cnn.h"

#include <sys/types.h>

typedef struct child_limits {
    unsigned cpu_seconds;
    size_t file_bytes;   /* of each file it writes: what it prints, too */
    size_t memory_bytes; /* of its address space; 0: as the system has it */
    bool jailed;         /* starts no process, writes no file: see jail.h */
} child_limits;

typedef struct child_start {
    char *const *arguments;     /* ends in NULL; [0] is looked up in PATH */
    const char *output, *error; /* new files for its standard streams */
    child_limits limits;
    bool piped; /* to: its standard input; from: its descriptor 3 */
} child_start;

typedef struct child {
    pid_t pid;    /* 0: none */
    int to, from; /* pipes, or -1 */
} child;

/* False, with an error, if it could not be started. */
bool child_begin(child *c, const child_start *start, cnn_error *error);
/* Waits for its end, then ends its group. Sets *status as waitpid() does. False: it ran longer than
 * `seconds`, and was killed. */
bool child_end(child *c, double seconds, int *status);
/* Kills it and its group, and waits. */
void child_kill(child *c);

/* Moves all bytes through a pipe. False at the end of the pipe, or, with *late set, if `seconds`
 * have passed. */
bool child_write(const child *c, const void *bytes, size_t size, double seconds, bool *late);
bool child_read(const child *c, void *bytes, size_t size, double seconds, bool *late);

#endif
