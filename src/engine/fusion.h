/* Which layers are computed together. A fusion is one layer, or several that follow each other for
 * which the back end has one operation: what lies between them then never reaches memory. */
#ifndef ENGINE_FUSION_H
#define ENGINE_FUSION_H

#include "network.h"

typedef struct fusion {
    size_t first, last; /* layers: the first one's input goes in, the last one's output comes out */
    const operation *op; /* NULL: memory stays as it is (a view) */
    layer_shape shape;   /* of the first; its pool points into the network */
    op_args arguments;   /* of every call of op; a call adds what is its own */
    float *partials;     /* [shard][parameters], if op sums over images; NULL: none */
} fusion;

/* Fills fusions[network->count]; returns how many there are. every_layer: one for each layer. */
size_t fusions_plan(const cnn_network *network, const ops *ops, bool every_layer, fusion *fusions);

#endif
