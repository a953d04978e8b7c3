/* The end of a backward pass: what the shards have summed is added up, dense layers sum over the
 * whole batch, and gradients are whole. */
#include "pass.h"
#include "profile.h"

/* sum[i] = the parts of all shards, in their order, whichever was done first. The first is copied,
 * so that nothing need be cleared. */
static void add_partials(const float *partials, size_t shards, size_t stride, range elements,
                         float *sum) {
    for (size_t i = elements.first; i < elements.last; i++)
        sum[i] = partials[i];
    for (size_t shard = 1; shard < shards; shard++)
        for (size_t i = elements.first; i < elements.last; i++)
            sum[i] += partials[shard * stride + i];
}

/* What pass_sums() is under way with. */
typedef struct sums {
    const cnn_model *model;
    model_finished *finished; /* NULL: nobody waits */
    void *context;
} sums;

/* These gradients of a block, which lie side by side, are whole. */
static void finish(const sums *s, size_t index, size_t part, const float *gradients, size_t count) {
    const size_t first = (size_t)(gradients - s->model->gradients);
    const uint64_t begun = profile_begin(s->model);
    if (!s->finished || !count)
        return;
    s->finished(s->context, (range){first, first + count});
    profile_end(s->model, begun, part, index, PASS_UPDATE, 0);
}

/* One of SUM_PARTS pieces of one block's dw and db. A number is summed whole in one piece, so how
 * many pieces there are changes no bit. Of small layers some are empty. */
enum { SUM_PARTS = PROFILE_TASKS };

/* Shards have left their own sums. */
static void sum_partials(const sums *s, size_t index, const layer *layer, const node *node,
                         size_t part) {
    const size_t shards = model_shards(s->model);
    const float *partials = node->partials;
    for (size_t b = 0; b < layer_buffers(layer); b++) {
        if (!node->gradients[b])
            continue;
        const size_t size = layer_buffer_size(layer, b);
        const range piece = range_part(size, SUM_PARTS, part);
        const uint64_t begun = profile_begin(s->model);
        if (shards > 1)
            add_partials(partials, shards, layer->parameters, piece, node->gradients[b]);
        profile_end(s->model, begun, part, index, PASS_SUMS, part || b ? 0 : s->model->n);
        finish(s, index, part, node->gradients[b] + piece.first, range_size(piece));
        partials += size;
    }
}

/* Rows are summed here, over the whole batch; one thread has a row to itself. */
static void sum_rows(const sums *s, size_t index, const layer *layer, const node *node,
                     size_t part) {
    const block *block = &s->model->blocks[index];
    const size_t K = layer->geometry.y.c;
    const range rows = range_part(layer_fan_in(layer), SUM_PARTS, part);
    const tensors t = pass_tensors(s->model, block, 0);
    const uint64_t begun = profile_begin(s->model);
    if (!range_size(rows))
        return;
    block->op->backward_weights(&block->geometry, &t, rows);
    profile_end(s->model, begun, part, index, PASS_WEIGHTS, part ? 0 : s->model->n);
    if (!part)
        profile_work(s->model, part, index, PASS_WEIGHTS, &t, 0);
    finish(s, index, part, node->gradients[0] + rows.first * K, range_size(rows) * K);
    if (node->gradients[1] && rows.first == 0)
        finish(s, index, part, node->gradients[1], layer_buffer_size(layer, 1));
}

static void sum_part(void *context, size_t task) {
    const sums *s = context;
    const size_t blocks = s->model->block_count, index = task % blocks, part = task / blocks;
    const block *block = &s->model->blocks[index];
    const layer *layer = &s->model->network->layers[block->first];
    const node *node = &s->model->nodes[block->first];
    if (!layer->parameters)
        return;
    if (node->partials)
        sum_partials(s, index, layer, node, part);
    else
        sum_rows(s, index, layer, node, part);
}

void pass_sums(cnn_model *model, model_finished *finished, void *context) {
    sums s = {model, finished, context};
    profile_run(model, model->block_count * SUM_PARTS, sum_part, &s);
    if (finished)
        profile_end(model, profile_begin(model), 0, profile_part_row(model, PART_UPDATE),
                    PASS_WEIGHTS, model->n);
    model->backward_passes++;
}
