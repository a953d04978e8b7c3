/* The back end's own table says which layers it can fuse: the words of a kernel that computes
 * several are the pattern that is looked for here. */
#include "blocks.h"

#include <stdio.h>

enum { FUSED_MAX = 4 }; /* layers in one block */

/* The words of layers first to last, as a kernel has them; false if they are too long for one. */
static bool words_of(const cnn_network *network, size_t first, size_t last, char *words,
                     size_t size) {
    size_t used = 0;
    for (size_t i = first; i <= last && used < size; i++)
        used += (size_t)snprintf(words + used, size - used, "%s%s", i > first ? " " : "",
                                 network->layers[i].kind->word);
    return used < size;
}

static geometry fused_geometry(const cnn_network *network, size_t first, size_t last) {
    geometry g = network->layers[first].geometry;
    if (last > first && network->layers[last].geometry.r)
        g.pool = &network->layers[last].geometry;
    return g;
}

/* Can layers first to last be computed together? */
static bool fuse(const cnn_network *network, const ops *ops, size_t first, size_t last, block *b) {
    char words[FUSED_MAX * LAYER_NAME_SIZE];
    if (last > network->count || !words_of(network, first, last, words, sizeof words))
        return false;
    const operation *op = ops_operation(ops, words);
    const geometry g = fused_geometry(network, first, last);
    if (!op || (op->fits && !op->fits(&g)))
        return false;
    *b = (block){.first = first, .last = last, .op = op, .geometry = g};
    return true;
}

static block block_at(const cnn_network *network, size_t index, const ops *ops, bool every_layer) {
    block b = {.first = index, .last = index, .geometry = network->layers[index].geometry};
    if (network->layers[index].kind->view)
        return b;
    size_t layers = every_layer ? 1 : FUSED_MAX;
    while (layers > 0 && !fuse(network, ops, index, index + layers - 1, &b))
        layers--;
    return b;
}

size_t blocks_plan(const cnn_network *network, const ops *ops, bool every_layer, block *blocks) {
    size_t count = 0;
    for (size_t i = 1; i <= network->count; i = blocks[count++].last + 1)
        blocks[count] = block_at(network, i, ops, every_layer);
    blocks[count - 1].loss = true;
    return count;
}
