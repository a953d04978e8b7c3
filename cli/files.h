/* Checks that no two files of one call are the same, and claims those that are written. */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include "options.h"

/* A file that the settings do not name. */
typedef struct file_use {
    const char *name; /* for messages: "the best model" */
    const char *path; /* NULL: none */
    option_role role;
} file_use;

/* Examines all files that the settings of the command name, and `count` more, before any work is
 * done. Refuses two paths to one file if either is written, output into the images of a data set, a
 * file that cannot be written, and one that another call is writing. Claims the others for this
 * call until files_release(). A second call with more files adds those. */
bool files_ready(const cli_command *command, const void *settings, const file_use *more,
                 size_t count, cnn_error *error);
void files_release(void);

#endif
