/* Shows the steps of a training step or a prediction: what each computes, how threads share it, and
 * where they synchronize. */
#ifndef CLI_INFO_PROGRAM_H
#define CLI_INFO_PROGRAM_H

#include "cnn.h"

#include <jansson.h>

typedef struct info_program {
    const cnn_network *network; /* the caller's */
    cnn_step *steps;            /* [count]; owned */
    size_t count, images, threads;
    const char *backend;
    cnn_program which;
    bool predict;
} info_program;

/* For a batch of options->batch_size images. On failure there is nothing to free. */
bool info_program_make(info_program *program, const cnn_network *network,
                       const cnn_model_options *options, bool predict, cnn_error *error);
void info_program_free(info_program *program);
void info_program_print(const info_program *program);
/* NULL without memory. */
json_t *info_program_json(const info_program *program, const char *file);

#endif
