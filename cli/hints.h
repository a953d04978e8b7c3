/* Hints to an exercise, one more each time. */
#ifndef CLI_HINTS_H
#define CLI_HINTS_H

#include "cnn.h"

/* Prints the hints that were given for this file, and the next one. How many these are is kept
 * beside the file, as .NAME.hints. */
bool hints_next(const char *path, const char *exercise, cnn_error *error);

#endif
