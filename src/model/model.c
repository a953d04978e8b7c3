/* Making a model: all shapes are known, so all memory is planned once and taken at once. plan()
 * runs twice over the same code, first to count and then to cut, so the two cannot disagree. One
 * request either succeeds or not, and after it no step can run out of memory. Parameters of all
 * layers lie in one stretch and gradients in another, so that an optimiser sees two long arrays. */
#include "model.h"

#include "class_names.h"
#include "memory.h"
#include "profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* a times b floats; NULL while counting. Too many of them set arena->overflow. */
static float *floats(arena *arena, size_t a, size_t b) {
    size_t count = 0;
    if (!size_multiply(a, b, &count))
        arena->overflow = true;
    return arena_take(arena, count, sizeof(float));
}

/* Parameters or gradients of all layers, one after the other; the same cuts for both, so number i
 * of one belongs to number i of the other. Returns how many floats that is, with the gaps that
 * round pieces up to lines: an optimiser runs over them too, rather than stop at each layer. */
static size_t plan_parameters(cnn_model *model, arena *arena, bool gradients) {
    const size_t before = arena->used;
    for (size_t i = 1; i <= model->network->count; i++) {
        const layer *layer = &model->network->layers[i];
        node *node = &model->nodes[i];
        float **w = gradients ? &node->dw : &node->w, **b = gradients ? &node->db : &node->b;
        if (layer->weights)
            *w = floats(arena, layer->weights, 1);
        if (layer->biases)
            *b = floats(arena, layer->biases, 1);
    }
    return (arena->used - before) / sizeof(float);
}

/* The gradient of the input is left out unless asked for: that saves the first layer half of its
 * way back. */
static void plan_input(cnn_model *model, arena *arena) {
    const size_t batch = model->options.batch_size;
    const size_t values = extent_size(model->network->layers[0].geometry.y);
    model->nodes[0].y = floats(arena, batch, values);
    if (model->options.input_gradient)
        model->nodes[0].dy = floats(arena, batch, values);
}

/* Activations, their gradients and what else one block keeps of a batch. */
static void plan_block(cnn_model *model, arena *arena, const block *block) {
    const layer *last = &model->network->layers[block->last];
    const size_t batch = model->options.batch_size, values = extent_size(last->geometry.y);
    node *node = &model->nodes[block->last];
    if (!block->op) {
        node->y = node[-1].y;
        node->dy = node[-1].dy;
        return;
    }
    node->y = floats(arena, batch, values);
    node->dy = floats(arena, batch, values);
    if (block->op->backward_output)
        model->nodes[block->first].dy = floats(arena, batch, values);
    if (last->kind->winners)
        node->winners = (void *)floats(arena, batch, values);
}

/* For every shard that there may be: each writes its own sums, so none waits for another. Layers
 * whose rows are shared out instead (dense, with far more weights) need none. */
static void plan_partials(cnn_model *model, arena *arena, const block *block) {
    const layer *first = &model->network->layers[block->first];
    if (first->weights && block->op->axis == SUM_IMAGES)
        model->nodes[block->first].partials =
            floats(arena, SHARDS_MAX, first->weights + first->biases);
}

/* A shard is in one block at a time: the one that wants the most sets the size for all. */
static size_t scratch_size(const cnn_model *model) {
    size_t most = 0;
    for (size_t i = 0; i < model->block_count; i++) {
        const block *block = &model->blocks[i];
        const bool wants = block->op && block->op->scratch;
        const size_t size = wants ? block->op->scratch(&block->geometry) : 0;
        most = size > most ? size : most;
    }
    return most;
}

/* What a batch leaves: outputs, their gradients, winners, labels and losses. */
static void plan_batch(cnn_model *model, arena *arena) {
    const size_t batch = model->options.batch_size;
    plan_input(model, arena);
    for (size_t i = 0; i < model->block_count; i++)
        plan_block(model, arena, &model->blocks[i]);
    model->labels = arena_take(arena, batch, sizeof *model->labels);
    model->probabilities = floats(arena, batch, cnn_network_classes(model->network));
    model->losses = floats(arena, batch, 1);
}

/* Where whole batches are few images. Of larger ones only the last is, once in an epoch. */
static void plan_pieces(cnn_model *model, arena *arena) {
    const size_t threads = model->options.threads ? model->options.threads : cnn_processors();
    const size_t batch = model->options.batch_size;
    size_t most = 0;
    if (threads == 1 || batch >= threads * IMAGES_MANY)
        return;
    for (size_t i = model->tail; i < model->block_count; i++) {
        const block *block = &model->blocks[i];
        const bool wants = block->op && block->op->pieces;
        const size_t pieces = wants ? block->op->pieces(&block->geometry) : 0;
        most = pieces > most ? pieces : most;
    }
    if (most)
        model->pieces = floats(arena, batch, most);
}

static void plan_scratch(cnn_model *model, arena *arena) {
    const size_t slots = profile_slots(model);
    for (size_t i = 0; i < model->block_count; i++)
        plan_partials(model, arena, &model->blocks[i]);
    model->scratch_size = scratch_size(model);
    /* One for each shard, since shards run side by side. */
    model->scratch = floats(arena, SHARDS_MAX, model->scratch_size);
    plan_pieces(model, arena);
    model->classes = arena_take(arena, cnn_network_classes(model->network), sizeof *model->classes);
    if (slots)
        model->profile = arena_take(arena, slots, sizeof *model->profile);
}

/* The bytes cut since the last time it was asked. */
static size_t bytes_since(const arena *arena, size_t *before) {
    const size_t bytes = arena->used - *before;
    *before = arena->used;
    return bytes;
}

/* Walks over everything the model needs, to count it or to cut it. */
static void plan(cnn_model *model, arena *arena) {
    size_t before = 0;
    /* Pieces begin on lines, so the first one cut will be right here. */
    model->parameters = (void *)(arena->base ? arena->base + arena->used : NULL);
    model->parameters_size = plan_parameters(model, arena, false);
    model->memory.parameters = bytes_since(arena, &before);
    model->gradients = (void *)(arena->base ? arena->base + arena->used : NULL);
    plan_parameters(model, arena, true);
    model->memory.gradients = bytes_since(arena, &before);
    plan_batch(model, arena);
    model->memory.activations = bytes_since(arena, &before);
    plan_scratch(model, arena);
    model->memory.scratch = bytes_since(arena, &before);
    model->memory.total = arena->used;
}

/* The blocks, and where the dense ones begin: behind a flatten there is no way back to images. */
static void plan_blocks(cnn_model *model) {
    model->block_count =
        blocks_plan(model->network, model->ops, model->options.every_layer, model->blocks);
    while (model->tail < model->block_count &&
           !model->network->layers[model->blocks[model->tail].last].flat)
        model->tail++;
}

/* The pointers that the first walk leaves are NULL; the second sets every one. */
static bool allocate(cnn_model *model, cnn_error *error) {
    arena counted = {0};
    plan(model, &counted);
    if (counted.overflow)
        return error_no_memory(error, SIZE_MAX);
    model->block = memory_new(counted.used, 1, error);
    if (!model->block)
        return false;
    arena real = {.base = model->block};
    plan(model, &real);
    return true;
}

/* In float and in the order of torchvision's ToTensor and Normalize, so that inputs agree to the
 * bit. A table loses nothing: a pixel has no other values than these 256. */
static void set_pixels(cnn_model *model) {
    const cnn_normalisation by = model->options.normalisation;
    for (int i = 0; i < 256; i++)
        model->pixels[i] = ((float)i / 255.0f - by.mean) / by.deviation;
}

/* Written so that NaN is refused too: it makes every comparison false. */
bool normalisation_takes_mean(float mean) {
    return mean > -1e6f && mean < 1e6f;
}

bool normalisation_takes_deviation(float deviation) {
    return deviation >= 1e-6f && deviation <= 1e6f;
}

static bool check_options(const cnn_model_options *options, cnn_error *error) {
    const cnn_normalisation by = options->normalisation;
    if (options->batch_size == 0 || options->batch_size > UINT32_MAX)
        return error_set(error, CNN_BAD_ARGUMENT, "batch size %zu: must be 1 to %u",
                         options->batch_size, UINT32_MAX);
    /* More is a slip, and each would take a stack. */
    if (options->threads > 1024)
        return error_set(error, CNN_BAD_ARGUMENT, "%zu threads: at most 1024", options->threads);
    if (!normalisation_takes_mean(by.mean) || !normalisation_takes_deviation(by.deviation))
        return error_set(error, CNN_BAD_ARGUMENT, "normalisation: mean %g, deviation %g", by.mean,
                         by.deviation);
    return true;
}

/* Says which there are. Always false. */
static bool refuse_backend(const char *name, cnn_error *error) {
    char names[128] = "";
    const ops *ops;
    bool runs;
    for (size_t i = 0, used = 0; (ops = ops_at(i, &runs)); i++)
        if (runs)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                                     ops->name);
    return error_set(error, CNN_BAD_ARGUMENT, "no back end \"%.32s\" on this machine: %s", name,
                     names);
}

/* On failure the model is left as far as it came, for cnn_model_free() to take down. */
static bool build(cnn_model *model, const cnn_network *network, cnn_error *error) {
    if (!network_complete(network, error) || !check_options(&model->options, error))
        return false;
    model->ops = ops_named(model->options.backend);
    if (!model->ops)
        return refuse_backend(model->options.backend, error);
    model->network = network_copy(network, error);
    model->nodes = memory_new(network->count + 1, sizeof *model->nodes, error);
    model->blocks = memory_new(network->count, sizeof *model->blocks, error);
    if (!model->network || !model->nodes || !model->blocks)
        return false;
    plan_blocks(model);
    if (!allocate(model, error))
        return false;
    /* Last of what can fail: threads are the dearest to start in vain. */
    model->pool = pool_create(model->options.threads, error);
    if (!model->pool)
        return false;
    for (size_t i = 0; i < cnn_network_classes(network); i++)
        snprintf(model->classes[i], sizeof *model->classes, "%zu", i);
    set_pixels(model);
    model_initialise(model);
    return true;
}

cnn_model *cnn_model_create(const cnn_network *network, const cnn_model_options *options,
                            cnn_error *error) {
    cnn_model *model = memory_new(1, sizeof *model, error);
    if (!model)
        return NULL;
    model->options = options ? *options : (cnn_model_options)CNN_MODEL_OPTIONS_DEFAULT;
    /* memory_new() clears: all that is not built yet is NULL, and freeing NULL is harmless. */
    if (!build(model, network, error)) {
        cnn_model_free(model);
        return NULL;
    }
    return model;
}

void cnn_model_free(cnn_model *model) {
    if (!model)
        return;
    /* First, so that no thread is left when what it works on goes. */
    pool_free(model->pool);
    cnn_network_free(model->network);
    free(model->nodes);
    free(model->blocks);
    free(model->block);
    free(model);
}

const cnn_network *cnn_model_network(const cnn_model *model) {
    return model->network;
}

cnn_normalisation cnn_model_normalisation(const cnn_model *model) {
    return model->options.normalisation;
}

size_t cnn_model_batch_size(const cnn_model *model) {
    return model->options.batch_size;
}

size_t cnn_model_threads(const cnn_model *model) {
    return pool_threads(model->pool);
}

const char *cnn_model_backend(const cnn_model *model) {
    return model->ops->name;
}

cnn_memory cnn_model_memory(const cnn_model *model) {
    return model->memory;
}

const char *cnn_model_class(const cnn_model *model, size_t index) {
    return model->classes[index];
}

/* As strict as a model file, so that saving after a long run cannot fail for a name. */
static const char *check_class(const cnn_model *model, size_t index, const char *name) {
    const size_t length = strlen(name);
    if (index >= cnn_network_classes(model->network))
        return "no such class";
    if (length >= CNN_NAME_SIZE)
        return "the name is too long";
    if (!length || name_first_unprintable((const uint8_t *)name, length) < length)
        return "the name is no text";
    return NULL;
}

bool cnn_model_set_class(cnn_model *model, size_t index, const char *name, cnn_error *error) {
    const char *reason = check_class(model, index, name);
    if (reason)
        return error_set(error, CNN_BAD_ARGUMENT, "class %zu: %s", index, reason);
    /* To the end, so that nothing of a longer name stays behind. */
    memset(model->classes[index], 0, CNN_NAME_SIZE);
    memcpy(model->classes[index], name, strlen(name));
    return true;
}

bool cnn_model_mnist_form(const cnn_model *model) {
    return model->mnist_form;
}

void cnn_model_set_mnist_form(cnn_model *model, bool mnist_form) {
    model->mnist_form = mnist_form;
}
