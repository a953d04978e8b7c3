/* Reads a model file without making a model: the cnn_model_file_...() functions. */
#include "memory.h"
#include "model_file.h"

#include <stdlib.h>

const char *model_about_class(const model_about *about, size_t index) {
    return json_string_value(json_array_get(about->names, index));
}

void model_about_release(model_about *about) {
    json_decref(about->names);
    about->names = NULL;
}

struct cnn_model_file {
    cnn_network *network;
    model_about about;
};

/* On failure the file is partly filled, for cnn_model_file_free(). */
static bool read_file(cnn_model_file *file, const void *bytes, size_t size, cnn_error *error) {
    safetensors tensors;
    file->network = model_file_open(&tensors, bytes, size, error);
    if (!file->network)
        return false;
    const bool good = model_file_check(&tensors, file->network, &file->about, error);
    safetensors_close(&tensors);
    return good;
}

cnn_model_file *cnn_model_file_parse(const void *bytes, size_t size, cnn_error *error) {
    if (!given(bytes, "bytes", error))
        return NULL;
    cnn_model_file *file = memory_new(1, sizeof *file, error);
    if (file && !read_file(file, bytes, size, error)) {
        cnn_model_file_free(file);
        file = NULL;
    }
    return file;
}

void cnn_model_file_free(cnn_model_file *file) {
    if (!file)
        return;
    cnn_network_free(file->network);
    model_about_release(&file->about);
    free(file);
}

const cnn_network *cnn_model_file_network(const cnn_model_file *file) {
    return file ? file->network : NULL;
}

const char *cnn_model_file_class_at(const cnn_model_file *file, size_t index) {
    return file ? model_about_class(&file->about, index) : NULL;
}

cnn_normalization cnn_model_file_normalization(const cnn_model_file *file) {
    return file ? file->about.normalization : (cnn_normalization){0, 0};
}

cnn_preprocessing cnn_model_file_preprocessing(const cnn_model_file *file) {
    return file ? file->about.preprocessing : CNN_PREPROCESSING_RESIZE;
}

const char *cnn_model_file_mistake(const cnn_model_file *file) {
    return file && file->about.mistake[0] ? file->about.mistake : NULL;
}
