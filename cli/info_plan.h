/* The plan of a model of a network: fused layers, and memory. */
#ifndef CLI_INFO_PLAN_H
#define CLI_INFO_PLAN_H

#include "cnn.h"

#include <jansson.h>

typedef struct info_plan {
    cnn_profile_row *blocks; /* [count], by name; owned */
    size_t count, batch_size, threads;
    cnn_memory memory;
    const char *backend;
} info_plan;

/* Returns false with CNN_STATUS_NO_MEMORY, with another status if no model can be made of the
 * network, or with CNN_STATUS_OK if none is tried, because activations for the batch,
 * activation_bytes an image, do not fit in a gigabyte. */
bool info_plan_make(info_plan *plan, const cnn_network *network, const cnn_model_options *options,
                    double activation_bytes, cnn_error *error);
void info_plan_free(info_plan *plan);
/* What each optimizer keeps beside parameters of so many bytes: "adam keeps 2 kB more, ...". */
void info_plan_kept(char *text, size_t size, double bytes);
void info_plan_print(const info_plan *plan);
/* NULL without memory. */
json_t *info_plan_json(const info_plan *plan);

#endif
