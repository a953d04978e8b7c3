/* Files that a command will write. */
#ifndef CLI_OUTPUTS_H
#define CLI_OUTPUTS_H

#include "cnn.h"

/* Looks now whether path can be written later, so that an hour of work is not lost. */
bool outputs_check(const char *path, cnn_error *error);
/* The same for a file that is written in place: one that is there needs no room beside it. */
bool outputs_check_log(const char *path, cnn_error *error);

/* NETWORK's base name with its ending replaced: simple.safetensors; of a model, so that it is not
 * written over, simple.trained.safetensors. To be freed; NULL: no memory */
char *outputs_model(const char *network, bool model);
/* ".best" before the ending: simple.best.safetensors. To be freed; NULL: no memory */
char *outputs_best(const char *model);
/* The name of a model that is trained with a mistake: model.relu-open.safetensors. */
char *outputs_broken(const char *model, const char *mistake);

/* ".checkpoint" before the ending, ".checkpoint-2" for number 2. To be freed; NULL: no memory */
char *outputs_checkpoint(const char *model, int number);
/* Is the name free? Is there a regular file? Something else, as /dev/null? */
bool outputs_free(const char *path);
bool outputs_there(const char *path);
bool outputs_device(const char *path);

/* The size of a file in bytes, or 0. */
double outputs_size(const char *path);

#endif
