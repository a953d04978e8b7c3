/* The files of one call: none may be another, and what is written is kept for this call alone. */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include "options.h"

/* A file beside those that the settings name. */
typedef struct file_use {
    const char *name; /* as people know it: "the best model" */
    const char *path; /* NULL: there is none */
    option_role role;
} file_use;

/* Looks at all files that the settings of the command name, and at `count` more, before any work is
 * done. Refuses two that are one file if either is written, a file among the images of a data set
 * that would be written, a file that cannot be written, and one that another call is writing. The
 * others are this call's until files_release(). Asked again, with more of them, it adds those. */
bool files_ready(const cli_command *command, const void *settings, const file_use *more,
                 size_t count, cnn_error *error);
void files_release(void);

#endif
