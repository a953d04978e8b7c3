/* Decides which layers are computed together. A fusion is one layer, or several consecutive ones
 * for which the back end has one operation: intermediate results then never reach memory. */
#ifndef ENGINE_FUSION_H
#define ENGINE_FUSION_H

#include "network.h"

typedef struct fusion {
    size_t first, last;  /* layers: reads the first one's input, writes the last one's output */
    const operation *op; /* NULL: memory stays as it is (a view) */
    layer_shape shape;   /* of the first; its pool points into the network */
    op_args arguments;   /* common to all calls of op; each call adds its own */
    float *partials;     /* [shard][parameters] if op sums over images, else NULL */
} fusion;

/* Fills fusions[network->count]; returns their number. every_layer: one fusion per layer. */
size_t fusions_plan(const cnn_network *network, const ops *ops, bool every_layer, fusion *fusions);

#endif
