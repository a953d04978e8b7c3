/* One block and some images, there and back. */
#include "pass.h"
#include "profile.h"

/* Puts what the layer keeps where its operation looks for it. */
static void bind_buffers(const layer *layer, const node *node, tensors *t) {
    for (size_t b = 0; b < layer_buffers(layer); b++) {
        const buffer *buffer = &layer->kind->buffers[b];
        bind(t, buffer->argument, node->buffers[b]);
        if (buffer->role == BUFFER_PARAMETER)
            bind(t, buffer->gradient, node->gradients[b]);
    }
}

tensors pass_tensors(const cnn_model *model, const block *block, size_t task) {
    const node *first = &model->nodes[block->first], *before = first - 1;
    const node *last = &model->nodes[block->last];
    tensors t = {.n = model->n,
                 .x = before->y,
                 .y = last->y,
                 .dy = last->dy,
                 .dz = block->op && block->op->backward_output ? first->dy : NULL,
                 .dx = before->dy,
                 .scratch = model->scratch + task * model->scratch_size,
                 .pieces = model->pieces};
    for (size_t i = block->first; i <= block->last; i++)
        bind_buffers(&model->network->layers[i], &model->nodes[i], &t);
    return t;
}

void pass_losses_forward(const cnn_model *model, size_t part, range images) {
    const uint64_t begun = profile_begin(model);
    model->ops->softmax_forward(cnn_network_classes(model->network),
                                model->nodes[model->network->count].y, model->labels,
                                model->probabilities, model->losses, images);
    profile_end(model, begun, part, profile_part_row(model, PART_LOSS), PASS_FORWARD,
                range_size(images));
}

void pass_block_forward(const cnn_model *model, size_t index, size_t task, range images) {
    const block *block = &model->blocks[index];
    const uint64_t begun = profile_begin(model);
    if (block->op) {
        const tensors t = pass_tensors(model, block, task);
        block->op->forward(&block->geometry, &t, images);
        profile_end(model, begun, task, index, PASS_FORWARD, range_size(images));
    }
    if (block->loss)
        pass_losses_forward(model, task, images);
}

static void backward_losses(const cnn_model *model, size_t part, range images) {
    const uint64_t begun = profile_begin(model);
    model->ops->softmax_backward(cnn_network_classes(model->network), model->n,
                                 model->probabilities, model->labels,
                                 model->nodes[model->network->count].dy, images);
    profile_end(model, begun, part, profile_part_row(model, PART_LOSS), PASS_INPUT,
                range_size(images));
}

void pass_block_output(const cnn_model *model, size_t index, size_t task, range images) {
    const block *block = &model->blocks[index];
    if (block->loss)
        backward_losses(model, task, images);
    if (!block->op || !block->op->backward_output)
        return;
    const uint64_t begun = profile_begin(model);
    const tensors t = pass_tensors(model, block, task);
    block->op->backward_output(&block->geometry, &t, images);
    profile_end(model, begun, task, index, PASS_INPUT, 0);
}

void pass_block_gradients(const cnn_model *model, size_t index, tensors t, size_t task,
                          size_t shard, range images) {
    const block *block = &model->blocks[index];
    const layer *layer = &model->network->layers[block->first];
    const node *node = &model->nodes[block->first];
    const size_t counted = t.slice ? 0 : range_size(images);
    uint64_t begun = profile_begin(model);
    if (t.dx) {
        block->op->backward_input(&block->geometry, &t, images);
        begun = profile_end(model, begun, task, index, PASS_INPUT, counted);
    }
    if (node->partials) {
        /* The sums of the only shard are whole. */
        if (model_shards(model) > 1) {
            float *partial = node->partials + shard * layer->parameters;
            for (size_t b = 0; b < layer_buffers(layer); b++) {
                if (node->gradients[b])
                    bind(&t, layer->kind->buffers[b].gradient, partial);
                partial += node->gradients[b] ? layer_buffer_size(layer, b) : 0;
            }
        }
        block->op->backward_weights(&block->geometry, &t, images);
        profile_end(model, begun, task, index, PASS_WEIGHTS, counted);
    }
    if (t.dx)
        profile_work(model, task, index, PASS_INPUT, &t, images.first);
    if (node->partials)
        profile_work(model, task, index, PASS_WEIGHTS, &t, images.first);
}

void pass_block_backward(const cnn_model *model, size_t index, size_t part, size_t shard,
                         range images) {
    const block *block = &model->blocks[index];
    pass_block_output(model, index, part, images);
    if (block->op)
        pass_block_gradients(model, index, pass_tensors(model, block, part), part, shard, images);
}
