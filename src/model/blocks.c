#include "blocks.h"

static const operation *operation_of(const cnn_network *network, size_t index, const ops *ops) {
    if (index > network->count || !network->layers[index].kind->operation)
        return NULL;
    return network->layers[index].kind->operation(ops);
}

/* A place in two windows has a gradient that is a sum: such a pool stays by itself. */
static bool overlaps(const geometry *pool) {
    return pool->u < pool->r || pool->v < pool->s;
}

static block block_at(const cnn_network *network, size_t index, const ops *ops, bool every_layer) {
    block b = {index, index, operation_of(network, index, ops), network->layers[index].geometry};
    if (every_layer || b.op != &ops->conv2d || !ops->conv_block.forward ||
        operation_of(network, index + 1, ops) != &ops->relu)
        return b;
    b.op = &ops->conv_block;
    b.last++;
    const bool pooled = operation_of(network, index + 2, ops) == &ops->maxpool2d;
    if (pooled && !overlaps(&network->layers[index + 2].geometry)) {
        b.geometry.pool = &network->layers[index + 2].geometry;
        b.last++;
    }
    return b;
}

size_t blocks_plan(const cnn_network *network, const ops *ops, bool every_layer, block *blocks) {
    size_t count = 0;
    for (size_t i = 1; i <= network->count; i = blocks[count++].last + 1)
        blocks[count] = block_at(network, i, ops, every_layer);
    return count;
}
