/* Finds layers that the back end can fuse: each kernel that computes several layers lists their
 * words, and that list is the pattern searched for here. */
#include "fusion.h"

#include <stdio.h>

enum { FUSED_MAX = 4 }; /* layers in one fusion */

/* Joins the words of layers first to last, as in kernel.layers; false if they do not fit. */
static bool words_of(const cnn_network *network, size_t first, size_t last, char *words,
                     size_t size) {
    size_t used = 0;
    for (size_t i = first; i <= last && used < size; i++)
        used += (size_t)snprintf(words + used, size - used, "%s%s", i > first ? " " : "",
                                 network->layers[i].kind->word);
    return used < size;
}

static layer_shape fused_shape(const cnn_network *network, size_t first, size_t last) {
    layer_shape g = network->layers[first].shape;
    if (last > first && network->layers[last].shape.r)
        g.pool = &network->layers[last].shape;
    return g;
}

/* Whether each layer reads the one before it. */
static bool chained(const cnn_network *network, size_t first, size_t last) {
    for (size_t i = first + 1; i <= last; i++)
        if (network->layers[i].input != i - 1)
            return false;
    return true;
}

/* Fuses layers first to last, if the back end can compute them together. */
static bool fuse(const cnn_network *network, const ops *ops, size_t first, size_t last, fusion *f) {
    char words[FUSED_MAX * LAYER_NAME_SIZE];
    if (last > network->count || !chained(network, first, last) ||
        !words_of(network, first, last, words, sizeof words))
        return false;
    const operation *op = ops_operation(ops, words);
    const layer_shape g = fused_shape(network, first, last);
    if (!op || (op->fits && !op->fits(&g)))
        return false;
    *f = (fusion){.first = first, .last = last, .op = op, .shape = g};
    return true;
}

static fusion fusion_at(const cnn_network *network, size_t index, const ops *ops,
                        bool every_layer) {
    fusion f = {.first = index, .last = index, .shape = network->layers[index].shape};
    const layer_kind *kind = network->layers[index].kind;
    /* Where a back end has an operation for a view all the same, it is not only a view. */
    if (kind->view && !ops_operation(ops, kind->word))
        return f;
    size_t layers = every_layer ? 1 : FUSED_MAX;
    while (layers > 0 && !fuse(network, ops, index, index + layers - 1, &f))
        layers--;
    return f;
}

size_t fusions_plan(const cnn_network *network, const ops *ops, bool every_layer, fusion *fusions) {
    size_t count = 0;
    for (size_t i = 1; i <= network->count; i = fusions[count++].last + 1)
        fusions[count] = fusion_at(network, i, ops, every_layer);
    return count;
}
