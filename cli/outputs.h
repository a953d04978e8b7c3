/* Files that a command will write. */
#ifndef CLI_OUTPUTS_H
#define CLI_OUTPUTS_H

#include "cnn.h"

/* Looks now whether path can be written later, so that an hour of work is not lost. */
bool outputs_check(const char *path, cnn_error *error);

/* NETWORK's base name with its ending replaced: simple.safetensors; of a model, so that it is not
 * written over, simple.trained.safetensors. To be freed; NULL: no memory */
char *outputs_model(const char *network, bool model);
/* ".best" before the ending: simple.best.safetensors. To be freed; NULL: no memory */
char *outputs_best(const char *model);

/* ".checkpoint" before the ending. To be freed; NULL: no memory */
char *outputs_checkpoint(const char *model);
/* Is there a regular file, the only thing that is ever removed? Something else, as /dev/null? */
bool outputs_there(const char *path);
bool outputs_device(const char *path);

/* The size of a file in bytes, or 0. */
double outputs_size(const char *path);

/* path as a shell takes it: in quotes if it must be. Cuts at size. */
const char *outputs_quoted(const char *path, char *text, size_t size);

#endif
