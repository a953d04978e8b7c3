/* Plans a model's memory: all shapes are known, so one block is enough. plan() runs twice over the
 * same code, first to count and then to cut, so the two cannot disagree. Parameters of all layers
 * form one array and gradients another, so that an optimizer sees two long arrays. */
#include "plan.h"

#include "memory.h"
#include "profile.h"

/* a times b floats; NULL while counting. Overflow sets arena->overflow. */
static float *floats(arena *arena, size_t a, size_t b) {
    size_t count = 0;
    if (!size_multiply(a, b, &count))
        arena->overflow = true;
    return arena_take(arena, count, sizeof(float));
}

/* Plans all layers' buffers of one role, or the gradients of the parameters with the same layout:
 * element i of one belongs to element i of the other. Returns their size in floats, including the
 * gaps from rounding up to cache lines: an optimizer also runs over these instead of stopping at
 * each layer. */
static size_t plan_buffers(cnn_model *model, arena *arena, buffer_role role, bool gradients) {
    const size_t before = arena->used;
    for (size_t i = 1; i <= model->network->count; i++) {
        const layer *layer = &model->network->layers[i];
        layer_memory *memory = &model->layers[i];
        for (size_t b = 0; b < layer_buffers(layer); b++) {
            const size_t size = layer_buffer_size(layer, b);
            if (layer->kind->buffers[b].role != role || !size)
                continue;
            float *numbers = floats(arena, size, 1);
            if (gradients)
                memory->gradients[b] = numbers;
            else
                memory->buffers[b] = numbers;
        }
    }
    return (arena->used - before) / sizeof(float);
}

/* The input's gradient is computed only on request; without it the first layer saves half of its
 * backward pass. */
static void plan_input(cnn_model *model, arena *arena) {
    const size_t batch = model->options.batch_size;
    const size_t values = extent_size(model->network->layers[0].shape.y);
    model->layers[0].y = floats(arena, batch, values);
    if (model->options.input_gradient)
        model->layers[0].dy = floats(arena, batch, values);
}

/* Plans the buffers that the forward pass fills for the backward pass. */
static void plan_for_backward(cnn_model *model, arena *arena, size_t index) {
    const layer *layer = &model->network->layers[index];
    for (size_t b = 0; b < layer_buffers(layer); b++) {
        const buffer *buffer = &layer->kind->buffers[b];
        const size_t images = buffer->per_image ? model->options.batch_size : 1;
        if (buffer->role == BUFFER_FOR_BACKWARD)
            model->layers[index].buffers[b] = floats(arena, images, layer_buffer_size(layer, b));
    }
}

/* Plans a fusion's activations, their gradients and its buffers for the backward pass. */
static void plan_fusion(cnn_model *model, arena *arena, const fusion *f) {
    const layer *last = &model->network->layers[f->last];
    const size_t batch = model->options.batch_size, values = extent_size(last->shape.y);
    layer_memory *memory = &model->layers[f->last];
    if (!f->op) {
        memory->y = model->layers[last->input].y;
        memory->dy = model->layers[last->input].dy;
        return;
    }
    memory->y = floats(arena, batch, values);
    memory->dy = floats(arena, batch, values);
    if (f->op->backward_output)
        model->layers[f->first].dy = floats(arena, batch, values);
    for (size_t i = f->first; i <= f->last; i++)
        plan_for_backward(model, arena, i);
}

/* Plans one set of sums per possible shard, so that no shard waits for another. Layers cut by rows
 * (dense layers, with far more weights) need none. */
static void plan_partials(cnn_model *model, arena *arena, fusion *f) {
    const layer *first = &model->network->layers[f->first];
    if (first->parameters && f->op->axis == SUM_IMAGES)
        f->partials = floats(arena, SHARDS_MAX, first->parameters);
}

/* Scratch is reused by all fusions; its size is their maximum. */
static size_t scratch_size(const cnn_model *model) {
    size_t most = 0;
    for (size_t i = 0; i < model->fusion_count; i++) {
        const fusion *f = &model->fusions[i];
        const size_t size = f->op && f->op->scratch ? f->op->scratch(&f->shape) : 0;
        most = size > most ? size : most;
    }
    return most;
}

/* Plans the results of a batch: outputs, gradients, indices, labels and losses. */
static void plan_batch(cnn_model *model, arena *arena) {
    const size_t batch = model->options.batch_size;
    plan_input(model, arena);
    for (size_t i = 0; i < model->fusion_count; i++)
        plan_fusion(model, arena, &model->fusions[i]);
    model->labels = arena_take(arena, batch, sizeof *model->labels);
    model->probabilities = floats(arena, batch, cnn_network_class_count(model->network));
    model->losses = floats(arena, batch, 1);
}

/* Only for small batch sizes; with larger ones at most the last batch of an epoch is small. */
static void plan_partial_sums(cnn_model *model, arena *arena) {
    const size_t batch = model->options.batch_size;
    size_t most = 0;
    if (!model_small_batch(model->threads, batch))
        return;
    for (size_t i = model->head; i < model->fusion_count; i++) {
        const fusion *f = &model->fusions[i];
        const size_t partial_sums =
            f->op && f->op->partial_sums ? f->op->partial_sums(&f->shape) : 0;
        most = partial_sums > most ? partial_sums : most;
    }
    if (most)
        model->partial_sums = floats(arena, batch, most);
}

static void plan_scratch(cnn_model *model, arena *arena) {
    const size_t slots = profile_slots(model);
    for (size_t i = 0; i < model->fusion_count; i++)
        plan_partials(model, arena, &model->fusions[i]);
    model->scratch_size = scratch_size(model);
    model->scratch = floats(arena, model->threads, model->scratch_size);
    plan_partial_sums(model, arena);
    model->classes =
        arena_take(arena, cnn_network_class_count(model->network), sizeof *model->classes);
    if (slots)
        model->profile = arena_take(arena, slots, sizeof *model->profile);
}

/* Bytes cut since the previous call. */
static size_t bytes_since(const arena *arena, size_t *before) {
    const size_t bytes = arena->used - *before;
    *before = arena->used;
    return bytes;
}

/* Walks over all memory of the model, to count it or to cut it. */
static void plan(cnn_model *model, arena *arena) {
    size_t before = 0;
    /* Pieces begin on cache lines, so the first one begins exactly here. */
    model->parameters = (void *)(arena->base ? arena->base + arena->used : NULL);
    model->parameters_size = plan_buffers(model, arena, BUFFER_PARAMETER, false);
    plan_buffers(model, arena, BUFFER_STATE, false);
    model->memory.parameters = bytes_since(arena, &before);
    model->gradients = (void *)(arena->base ? arena->base + arena->used : NULL);
    plan_buffers(model, arena, BUFFER_PARAMETER, true);
    model->memory.gradients = bytes_since(arena, &before);
    plan_batch(model, arena);
    model->memory.activations = bytes_since(arena, &before);
    plan_scratch(model, arena);
    model->memory.scratch = bytes_since(arena, &before);
    model->memory.total = arena->used;
}

/* Sets the arguments that all calls of a fusion's operation share. */
static void bind_fusion(const cnn_model *model, fusion *f) {
    const layer_memory *first = &model->layers[f->first], *last = &model->layers[f->last];
    const layer_memory *before = &model->layers[model->network->layers[f->first].input];
    f->arguments = (op_args){.x = before->y,
                             .y = last->y,
                             .dy = last->dy,
                             .dz = f->op && f->op->backward_output ? first->dy : NULL,
                             .dx = before->dy,
                             .partial_sums = model->partial_sums};
    for (size_t i = f->first; i <= f->last; i++) {
        const layer *layer = &model->network->layers[i];
        for (size_t b = 0; b < layer_buffers(layer); b++) {
            bind(&f->arguments, layer->kind->buffers[b].argument, model->layers[i].buffers[b]);
            if (layer->kind->buffers[b].role == BUFFER_PARAMETER)
                bind(&f->arguments, layer->kind->buffers[b].gradient,
                     model->layers[i].gradients[b]);
        }
    }
}

/* The first walk leaves NULL pointers; the second sets all of them. */
bool plan_memory(cnn_model *model, cnn_error *error) {
    arena counted = {0};
    plan(model, &counted);
    if (counted.overflow)
        return error_no_memory(error, SIZE_MAX);
    model->block = memory_new(counted.used, 1, error);
    if (!model->block)
        return false;
    arena real = {.base = model->block};
    plan(model, &real);
    for (size_t i = 0; i < model->fusion_count; i++)
        bind_fusion(model, &model->fusions[i]);
    return true;
}
