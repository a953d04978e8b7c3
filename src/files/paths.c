/* Reads and writes files by path; the rest of src/files works on bytes. */
#include "checkpoint.h"
#include "file.h"
#include "network.h"
#include "trace.h"

#include <stdlib.h>

/* Adds the path to an error in the file's contents. */
static void blame(cnn_error *error, const char *path) {
    if (error && (error->status == CNN_STATUS_BAD_FILE || error->status == CNN_STATUS_BAD_NETWORK))
        error_in_file(error, path);
}

/* An empty file is left to the parser, whose error says what is missing. */
static const file_wanted network_file = {FILE_KIND(TEXT) | FILE_KIND(EMPTY), "a network text",
                                         NETWORK_TEXT_MAX};
static const file_wanted tensor_file = {FILE_KIND(SAFETENSORS) | FILE_KIND(EMPTY),
                                        "a safetensors file", MODEL_FILE_MAX};
static const file_wanted picture_file = {FILE_KIND(PNG) | FILE_KIND(EMPTY), "a PNG",
                                         CNN_PNG_BYTES_MAX};

/* Readers: each reads the complete file and then parses its bytes. */
cnn_network *cnn_network_load(const char *path, cnn_error *error) {
    uint8_t *text;
    size_t size;
    if (!given(path, "path", error) || !file_read(path, &network_file, &text, &size, error))
        return NULL;
    cnn_network *network = cnn_network_parse((const char *)text, size, error);
    if (!network)
        blame(error, path);
    free(text);
    return network;
}

cnn_model *cnn_model_load(const char *path, const cnn_model_options *options, cnn_error *error) {
    uint8_t *bytes;
    size_t size;
    if (!given(path, "path", error) || !file_read(path, &tensor_file, &bytes, &size, error))
        return NULL;
    cnn_model *model = cnn_model_parse(bytes, size, options, error);
    if (!model)
        blame(error, path);
    free(bytes);
    return model;
}

bool cnn_model_load_weights(cnn_model *model, const char *path, cnn_error *error) {
    uint8_t *bytes;
    size_t size;
    if (!given(model, "model", error) || !given(path, "path", error) ||
        !file_read(path, &tensor_file, &bytes, &size, error))
        return false;
    const bool good = cnn_model_parse_weights(model, bytes, size, error);
    if (!good)
        blame(error, path);
    free(bytes);
    return good;
}

/* Reads at most the maximum size of a PNG. */
cnn_picture *cnn_picture_load(const char *path, size_t channels, cnn_error *error) {
    uint8_t *bytes;
    size_t size;
    if (!given(path, "path", error) || !file_read(path, &picture_file, &bytes, &size, error))
        return NULL;
    cnn_picture *picture = cnn_picture_parse(bytes, size, channels, error);
    if (!picture)
        blame(error, path);
    free(bytes);
    return picture;
}

/* Writers: nothing is opened before the complete image is in memory. */
bool cnn_model_save(const cnn_model *model, const char *path, cnn_error *error) {
    model_image image;
    if (!given(model, "model", error) || !given(path, "path", error))
        return false;
    if (!model_image_build(&image, model, error))
        return error_in_file(error, path);
    const bool good = file_write(path, image.file.parts, image.file.count, error);
    model_image_release(&image);
    return good;
}

bool cnn_trace_save(const cnn_trace *trace, const char *path, cnn_error *error) {
    safetensors_image image;
    if (!given(trace, "trace", error) || !given(path, "path", error))
        return false;
    if (!safetensors_build(&image, NULL, trace->tensors, trace->count, error))
        return error_in_file(error, path);
    const bool good = file_write(path, image.parts, image.count, error);
    safetensors_release(&image);
    return good;
}

cnn_checkpoint *cnn_checkpoint_load(const char *path, cnn_error *error) {
    uint8_t *bytes;
    size_t size;
    if (!given(path, "path", error) || !file_read(path, &tensor_file, &bytes, &size, error))
        return NULL;
    cnn_checkpoint *checkpoint = checkpoint_take(bytes, size, error);
    if (!checkpoint)
        blame(error, path);
    return checkpoint;
}

bool cnn_run_save(cnn_run *run, const char *path, cnn_error *error) {
    checkpoint_image image;
    if (!given(run, "run", error) || !given(path, "path", error))
        return false;
    if (!checkpoint_build(&image, run, error))
        return error_in_file(error, path);
    const bool good = file_write(path, image.model.file.parts, image.model.file.count, error);
    checkpoint_release(&image);
    return good;
}
