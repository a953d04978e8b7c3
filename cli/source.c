/* Opens NETWORK and MODEL operands, weights and IDX folders. */
#include "source.h"

#include "error.h"
#include "file.h"
#include "print.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool source_refuse(cnn_error *error, const char *file, const char *format, ...) {
    *error = (cnn_error){.status = CNN_STATUS_BAD_ARGUMENT, .offset = CNN_ERROR_NO_OFFSET};
    error_in_file(error, file);
    va_list values;
    va_start(values, format);
    vsnprintf(error->message, sizeof error->message, format, values);
    va_end(values);
    return false;
}

/* Says what the content is, and what is expected instead. Always false. */
static bool refuse_kind(const content *content, const char *wanted, cnn_error *error) {
    return source_refuse(error, content->name, "%s; %s is expected", content->kind_name, wanted);
}

/* Naming the kind of the file helps more than naming what it lacks. Always false. */
static bool refuse_model(const content *content, cnn_error *error) {
    cnn_checkpoint *run = cnn_checkpoint_parse(content->bytes, content->size, NULL);
    if (!run)
        return content_blame(content, error);
    cnn_checkpoint_free(run);
    return source_refuse(error, content->name,
                         "a checkpoint of a run, not a model: resume it with cnn train --resume");
}

static bool read_model(source *source, cnn_error *error) {
    content *content = &source->content;
    if (!content_read(content, CONTENT_MOST, error))
        return false;
    source->file = cnn_model_file_parse(content->bytes, content->size, error);
    if (!source->file)
        return refuse_model(content, error);
    source->network = cnn_model_file_network(source->file);
    return true;
}

static bool read_text(source *source, cnn_error *error) {
    content *content = &source->content;
    if (!content_read(content, CONTENT_TEXT, error))
        return false;
    source->text_network = cnn_network_parse((const char *)content->bytes, content->size, error);
    source->network = source->text_network;
    return source->network || content_blame(content, error);
}

static bool read_network(source *source, cnn_error *error) {
    switch (source->content.kind) {
    case CNN_FILE_SAFETENSORS:
        return read_model(source, error);
    case CNN_FILE_TEXT:
        return read_text(source, error);
    default:
        return refuse_kind(&source->content, "a network text or a model", error);
    }
}

/* Tensors without a network are not a model, but valid weights. */
static bool read_weights(source *source, const char *path, cnn_error *error) {
    content *weights = &source->weights;
    if (source->file)
        return source_refuse(error, source->content.name,
                             "has weights of its own; --weights needs a network text");
    if (!content_open(weights, path, error))
        return false;
    if (weights->kind != CNN_FILE_SAFETENSORS)
        return refuse_kind(weights, "a safetensors file of weights", error);
    if (!content_read(weights, CONTENT_MOST, error))
        return false;
    source->weights_file = cnn_model_file_parse(weights->bytes, weights->size, NULL);
    return true;
}

/* Each command says so, so that no such model is taken for a sound one. */
static void warn_of_mistake(const content *content, const cnn_model_file *file) {
    const char *mistake = cnn_model_file_mistake(file);
    if (mistake)
        report_note("%s: no sound model: it was trained with the mistake %s, made on purpose",
                    content->name, mistake);
}

bool source_open(source *source, const char *path, const char *weights, cnn_error *error) {
    *source = (struct source){.network = NULL};
    if (!strcmp(path, SOURCE_NETWORK) && !file_exists(path))
        return source_refuse(error, path, "not below the current folder; name a network");
    if (content_open(&source->content, path, error) && read_network(source, error) &&
        (!weights || read_weights(source, weights, error))) {
        warn_of_mistake(&source->content, source->file);
        warn_of_mistake(&source->weights, source->weights_file);
        return true;
    }
    source_close(source);
    return false;
}

bool source_is_model(const source *source) {
    return source->file && !source->from_scratch;
}

bool source_trained(const source *source) {
    return source_is_model(source) || source->weights.name;
}

cnn_preprocessing source_preprocessing(const source *source) {
    const cnn_model_file *file = source_is_model(source) ? source->file : source->weights_file;
    return cnn_model_file_preprocessing(file);
}

void source_close(source *source) {
    cnn_model_file_free(source->file);
    cnn_model_file_free(source->weights_file);
    cnn_network_free(source->text_network);
    content_close(&source->content);
    content_close(&source->weights);
    *source = (struct source){.network = NULL};
}

/* Takes the normalization given, else the file's, else the one measured. False if there is none. */
static bool choose_normalization(cnn_normalization *given, const cnn_model_file *file,
                                 const cnn_normalization *measured) {
    const cnn_normalization otherwise = file       ? cnn_model_file_normalization(file)
                                        : measured ? *measured
                                                   : *given;
    if (isnan(given->mean))
        given->mean = otherwise.mean;
    if (isnan(given->std))
        given->std = otherwise.std;
    return !isnan(given->mean) && !isnan(given->std);
}

/* Takes class names and preprocessing from the file of weights, if it is a model's. */
static bool take_words(cnn_model *model, const cnn_model_file *file, cnn_error *error) {
    const size_t classes = cnn_network_class_count(cnn_model_network(model));
    if (!file || cnn_network_class_count(cnn_model_file_network(file)) != classes)
        return true;
    if (!cnn_model_set_preprocessing(model, cnn_model_file_preprocessing(file), error))
        return false;
    for (size_t i = 0; i < classes; i++)
        if (!cnn_model_set_class(model, i, cnn_model_file_class_at(file, i), error))
            return false;
    return true;
}

/* Makes a model of a network text and the weights of a file. */
static cnn_model *model_with_weights(const source *source, const cnn_model_options *options,
                                     cnn_error *error) {
    const content *weights = &source->weights;
    cnn_model *model = cnn_model_create(source->network, options, error);
    if (!model)
        return NULL;
    if (cnn_model_parse_weights(model, weights->bytes, weights->size, error) &&
        take_words(model, source->weights_file, error))
        return model;
    cnn_model_free(model);
    content_blame(weights, error);
    return NULL;
}

static cnn_model *model_of_file(const content *content, const cnn_model_options *options,
                                cnn_error *error) {
    cnn_model *model = cnn_model_parse(content->bytes, content->size, options, error);
    if (!model)
        content_blame(content, error);
    return model;
}

cnn_model *source_model(const source *source, const cnn_model_options *options,
                        const cnn_normalization *measured, cnn_error *error) {
    cnn_model_options used = *options;
    if (source_is_model(source))
        return model_of_file(&source->content, options, error);
    if (!source->weights.name)
        source_refuse(
            error, source->content.name,
            "not a model but a network: cnn train makes one from it, --weights brings one");
    else if (!choose_normalization(&used.normalization, source->weights_file, measured))
        source_refuse(error, source->weights.name,
                      "does not say how pixels are normalized: give --mean and --std");
    else
        return model_with_weights(source, &used, error);
    return NULL;
}

cnn_model *source_start(const source *source, const cnn_model_options *options,
                        const cnn_normalization *measured, cnn_error *error) {
    if (source_trained(source))
        return source_model(source, options, measured, error);
    cnn_model_options used = *options;
    choose_normalization(&used.normalization, NULL, measured);
    return cnn_model_create(source->network, &used, error);
}

bool source_names(const source *source, const char ***names, cnn_error *error) {
    const size_t classes = cnn_network_class_count(source->network);
    *names = NULL;
    if (!source_is_model(source))
        return true;
    *names = calloc(classes, sizeof **names);
    if (!*names)
        return source_refuse(error, "", "no memory for %zu names", classes);
    for (size_t i = 0; i < classes; i++)
        (*names)[i] = cnn_model_file_class_at(source->file, i);
    return true;
}

bool source_trainable(const cnn_network *network, const char *path, cnn_error *error) {
    cnn_layer_info last;
    cnn_network_layer_at(network, cnn_network_layer_count(network), &last);
    return last.flat ||
           source_refuse(error, path, "the last layer is not flat; end with flatten and dense");
}

static bool images_fit(const cnn_dataset *images, const cnn_network *network, const char *folder,
                       cnn_error *error) {
    cnn_layer_info input;
    const cnn_dataset_info info = cnn_dataset_get_info(images);
    cnn_network_layer_at(network, 0, &input);
    if (info.height == input.height && info.width == input.width && info.channels == input.channels)
        return true;
    return source_refuse(error, folder, "images are %zux%zux%zu, the network takes %zux%zux%zu",
                         info.height, info.width, info.channels, input.height, input.width,
                         input.channels);
}

cnn_dataset *source_images(const char *folder, cnn_split split, const cnn_network *network,
                           cnn_error *error) {
    cnn_dataset *images = cnn_dataset_load(folder, split, cnn_network_class_count(network), error);
    if (images && !images_fit(images, network, folder, error)) {
        cnn_dataset_free(images);
        images = NULL;
    }
    return images;
}

const char *source_base(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
