/* Finds the layers of a network that the back end computes together. */
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

/* The block for such a layer with a ReLU behind it, or NULL. */
static const operation *with_relu(const ops *ops, const operation *op) {
    const operation *block = op == &ops->conv2d  ? &ops->conv_block
                             : op == &ops->dense ? &ops->dense_block
                                                 : NULL;
    return block && block->forward ? block : NULL;
}

static void take_pool(const cnn_network *network, const ops *ops, block *b) {
    const size_t next = b->last + 1;
    if (operation_of(network, next, ops) != &ops->maxpool2d ||
        overlaps(&network->layers[next].geometry))
        return;
    b->geometry.pool = &network->layers[next].geometry;
    b->last = next;
}

static block block_at(const cnn_network *network, size_t index, const ops *ops, bool every_layer) {
    block b = {.first = index,
               .last = index,
               .op = operation_of(network, index, ops),
               .geometry = network->layers[index].geometry};
    const operation *block = with_relu(ops, b.op);
    if (every_layer || !block || operation_of(network, index + 1, ops) != &ops->relu)
        return b;
    b.op = block;
    b.last++;
    if (block == &ops->conv_block)
        take_pool(network, ops, &b);
    return b;
}

size_t blocks_plan(const cnn_network *network, const ops *ops, bool every_layer, block *blocks) {
    size_t count = 0;
    for (size_t i = 1; i <= network->count; i = blocks[count++].last + 1)
        blocks[count] = block_at(network, i, ops, every_layer);
    blocks[count - 1].loss = true;
    return count;
}
