/* Which layers are computed together. A block is one layer, or, where the back end has such an
 * operation, a convolution with the ReLU and the pool behind it, or a dense layer with its ReLU:
 * what lies between them then never reaches memory. The last block ends in softmax and loss, of
 * each image as soon as its logits are there. */
#ifndef MODEL_BLOCKS_H
#define MODEL_BLOCKS_H

#include "network.h"

typedef struct block {
    size_t first, last;  /* layers; weights belong to the first, outputs to the last */
    const operation *op; /* NULL: memory stays as it is (flatten) */
    geometry geometry;   /* its pool points into the network */
    bool loss;           /* softmax and loss follow */
} block;

/* Fills blocks[network->count]; returns how many there are. every_layer: one for each. */
size_t blocks_plan(const cnn_network *network, const ops *ops, bool every_layer, block *blocks);

#endif
