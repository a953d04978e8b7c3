/* Checks and names the files that a command will write. */
#ifndef CLI_OUTPUTS_H
#define CLI_OUTPUTS_H

#include "cnn.h"

/* Checks now that path can be written later, so that an hour of work is not lost. */
bool outputs_check(const char *path, cnn_error *error);
/* The same for a file that is written in place: an existing one needs no room beside it. */
bool outputs_check_log(const char *path, cnn_error *error);

/* Replaces the ending of NETWORK's base name: simple.safetensors; for a model, to keep it,
 * simple.trained.safetensors. To be freed; NULL: no memory. */
char *outputs_model(const char *network, bool model);
/* Inserts ".best" before the ending: simple.best.safetensors. To be freed; NULL: no memory. */
char *outputs_best(const char *model);
/* The name of a model that is trained with a mistake: model.relu-open.safetensors. */
char *outputs_broken(const char *model, const char *mistake);

/* Inserts ".checkpoint" before the ending, ".checkpoint-2" for number 2. To be freed; NULL: no
 * memory. */
char *outputs_checkpoint(const char *model, int number);
/* Is the name free? Is it a regular file? Is it something else, such as /dev/null? */
bool outputs_free(const char *path);
bool outputs_there(const char *path);
bool outputs_device(const char *path);

/* The size of a file in bytes, or 0. */
double outputs_size(const char *path);

#endif
