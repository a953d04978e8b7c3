/* Creates a model and answers queries about it. All memory is requested at once (plan.c); threads
 * are started before it, as each needs its own scratch. */
#include "model.h"

#include "class_names.h"
#include "memory.h"
#include "plan.h"
#include "prepare.h"
#include "program.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Finds the fusions, and the first one of the head: after a flatten no layer has images again. */
static void plan_fusions(cnn_model *model) {
    model->fusion_count =
        fusions_plan(model->network, model->ops, model->options.every_layer, model->fusions);
    while (model->head < model->fusion_count &&
           !model->network->layers[model->fusions[model->head].last].flat)
        model->head++;
}

/* A layer without a page in the book is a bug in this library, but must not crash. */
static bool all_computed(const cnn_model *model, cnn_error *error) {
    for (size_t i = 0; i < model->fusion_count; i++) {
        const layer *layer = &model->network->layers[model->fusions[i].first];
        if (!model->fusions[i].op && !layer->kind->view)
            return error_set(error, CNN_STATUS_BAD_NETWORK, "%s: no back end computes %s",
                             layer->name, layer->kind->word);
    }
    return true;
}

/* In float and in the order of torchvision's ToTensor and Normalize, so that inputs agree to the
 * bit. The table is exact, since a pixel has only these 256 values. */
static void set_pixels(cnn_model *model) {
    const cnn_normalization by = model->options.normalization;
    for (int i = 0; i < 256; i++)
        model->pixels[i] = ((float)i / 255.0f - by.mean) / by.std;
}

/* Written so that NaN, which makes every comparison false, is refused too. */
bool normalization_accepts_mean(float mean) {
    return mean > -1e6f && mean < 1e6f;
}

bool normalization_accepts_std(float std) {
    return std >= 1e-6f && std <= 1e6f;
}

static bool check_options(const cnn_model_options *options, cnn_error *error) {
    const cnn_normalization by = options->normalization;
    if (!reserved_unused(options->reserved, error))
        return false;
    if (options->init != CNN_INIT_PYTORCH && options->init != CNN_INIT_KAIMING_NORMAL &&
        options->init != CNN_INIT_CONSTANT)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "no initialization %d",
                         (int)options->init);
    if (!isfinite(options->constant))
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "first parameters of %g",
                         (double)options->constant);
    if (options->batch_size == 0 || options->batch_size > UINT32_MAX)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "batch size %zu: must be 1 to %u",
                         options->batch_size, UINT32_MAX);
    /* More threads are surely a mistake, and each would need a stack. */
    if (options->threads > 1024)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "%zu threads: at most 1024",
                         options->threads);
    if (!normalization_accepts_mean(by.mean) || !normalization_accepts_std(by.std))
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "normalization: mean %g, deviation %g",
                         by.mean, by.std);
    return true;
}

/* The error lists the back ends of this machine. Always returns false. */
static bool refuse_backend(const char *name, cnn_error *error) {
    char names[128] = "";
    const ops *ops;
    bool runs;
    for (size_t i = 0, used = 0; (ops = ops_at(i, &runs)); i++)
        if (runs)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                                     ops->name);
    return error_set(error, CNN_STATUS_BAD_ARGUMENT, "no back end \"%.32s\" on this machine: %s",
                     name, names);
}

/* Puts a copy of the back end with the mistake in its place. */
static bool make_mistake(cnn_model *model, cnn_error *error) {
    const mistake_row *row = mistake_row_named(model->options.debug_mistake, error);
    if (!row)
        return false;
    model->mistaken = mistaken_create(model->ops, mistaken_pages(), row, error);
    if (!model->mistaken)
        return false;
    model->ops = &model->mistaken->ops;
    model_set_mistake(model, row->about.name);
    return true;
}

/* On failure, leaves the model partly built for cnn_model_free(). */
static bool build(cnn_model *model, const cnn_network *network, cnn_error *error) {
    if (!network_complete(network, error) || !check_options(&model->options, error))
        return false;
    model->ops = ops_named(model->options.backend);
    if (!model->ops)
        return refuse_backend(model->options.backend, error);
    if (model->options.debug_mistake && !make_mistake(model, error))
        return false;
    model->network = cnn_network_copy(network, error);
    model->layers = memory_new(network->count + 1, sizeof *model->layers, error);
    model->fusions = memory_new(network->count, sizeof *model->fusions, error);
    if (!model->network || !model->layers || !model->fusions)
        return false;
    plan_fusions(model);
    if (!all_computed(model, error))
        return false;
    model->steps = memory_new(program_steps_most(model->fusion_count), sizeof *model->steps, error);
    if (!model->steps)
        return false;
    /* Before the memory, since each thread needs its own scratch. */
    model->pool = pool_create(model->options.threads, error);
    if (!model->pool)
        return false;
    model->threads = pool_threads(model->pool);
    if (!plan_memory(model, error))
        return false;
    for (size_t i = 0; i < cnn_network_class_count(network); i++)
        snprintf(model->classes[i], sizeof *model->classes, "%zu", i);
    set_pixels(model);
    model_initialize(model);
    return true;
}

cnn_model *cnn_model_create(const cnn_network *network, const cnn_model_options *options,
                            cnn_error *error) {
    cnn_model *model =
        given(network, "network", error) ? memory_new(1, sizeof *model, error) : NULL;
    if (!model)
        return NULL;
    model->options = options ? *options : (cnn_model_options)CNN_MODEL_OPTIONS_DEFAULT;
    /* memory_new() clears: everything not yet built is NULL and safe to free. */
    if (!build(model, network, error)) {
        cnn_model_free(model);
        return NULL;
    }
    return model;
}

void cnn_model_free(cnn_model *model) {
    if (!model)
        return;
    /* First, so that no thread outlives the memory it works on. */
    pool_free(model->pool);
    cnn_network_free(model->network);
    free(model->layers);
    free(model->fusions);
    free(model->steps);
    free(model->block);
    free(model->mistaken);
    free(model);
}

const cnn_network *cnn_model_network(const cnn_model *model) {
    return model ? model->network : NULL;
}

cnn_normalization cnn_model_normalization(const cnn_model *model) {
    return model ? model->options.normalization : (cnn_normalization){0};
}

size_t cnn_model_batch_size(const cnn_model *model) {
    return model ? model->options.batch_size : 0;
}

size_t cnn_model_threads(const cnn_model *model) {
    return model ? pool_threads(model->pool) : 0;
}

const char *cnn_model_backend(const cnn_model *model) {
    return model ? model->ops->name : NULL;
}

cnn_memory cnn_model_memory(const cnn_model *model) {
    return model ? model->memory : (cnn_memory){0};
}

const char *cnn_model_class_at(const cnn_model *model, size_t index) {
    return model && index < cnn_network_class_count(model->network) ? model->classes[index] : NULL;
}

/* As strict as a model file, so that saving after a long run cannot fail because of a name. */
static const char *check_class(const cnn_model *model, size_t index, const char *name) {
    const size_t length = strlen(name);
    if (index >= cnn_network_class_count(model->network))
        return "no such class";
    if (length >= CNN_NAME_SIZE)
        return "the name is too long";
    if (!length || name_first_unprintable((const uint8_t *)name, length) < length)
        return "the name is no text";
    return NULL;
}

bool cnn_model_set_class(cnn_model *model, size_t index, const char *name, cnn_error *error) {
    if (!given(model, "model", error) || !given(name, "name", error))
        return false;
    const char *reason = check_class(model, index, name);
    if (reason)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "class %zu: %s", index, reason);
    /* Cleared to its end, so that no part of a longer name remains. */
    memset(model->classes[index], 0, CNN_NAME_SIZE);
    memcpy(model->classes[index], name, strlen(name));
    return true;
}

const char *cnn_model_mistake(const cnn_model *model) {
    return model && model->mistake[0] ? model->mistake : NULL;
}

cnn_preprocessing cnn_model_preprocessing(const cnn_model *model) {
    return model ? model->preprocessing : CNN_PREPROCESSING_RESIZE;
}

bool cnn_model_set_preprocessing(cnn_model *model, cnn_preprocessing preprocessing,
                                 cnn_error *error) {
    if (!given(model, "model", error) || !preprocessing_sound(preprocessing, error))
        return false;
    model->preprocessing = preprocessing;
    return true;
}
