#define _POSIX_C_SOURCE 200809L
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool source_refuse(cnn_error *error, const char *file, const char *format, ...) {
    *error = (cnn_error){.status = CNN_BAD_ARGUMENT, .offset = CNN_NO_OFFSET};
    snprintf(error->file, sizeof error->file, "%s", file);
    va_list values;
    va_start(values, format);
    vsnprintf(error->message, sizeof error->message, format, values);
    va_end(values);
    return false;
}

static bool exists(const char *path) {
    struct stat about;
    return !stat(path, &about);
}

/* A safetensors file begins with the size of its header, eight bytes of which the last are 0, and
 * the header with a brace. */
static bool begins_as_model(const unsigned char start[9], size_t size) {
    return (size == 9 && start[8] == '{') || memchr(start, 0, size < 8 ? size : 8);
}

/* As many bytes as there are, up to `room`. False with errno set. */
static bool read_start(int file, unsigned char *start, size_t room, size_t *size) {
    struct stat about;
    ssize_t count = 1;
    *size = 0;
    if (fstat(file, &about))
        return false;
    /* What is no file is left to what reads the whole of it, which refuses it by name. */
    while (S_ISREG(about.st_mode) && *size < room && count) {
        count = read(file, start + *size, room - *size);
        if (count < 0 && errno != EINTR)
            return false;
        *size += count > 0 ? (size_t)count : 0;
    }
    return true;
}

/* O_NONBLOCK: opening a FIFO would wait for a writer. */
bool source_look(const char *path, bool *model, cnn_error *error) {
    unsigned char start[9];
    size_t size;
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return source_refuse(error, path, "cannot open: %s", strerror(errno));
    const bool good = read_start(file, start, sizeof start, &size);
    if (good)
        *model = begins_as_model(start, size);
    else
        source_refuse(error, path, "cannot read: %s", strerror(errno));
    close(file);
    return good;
}

/* The text of a model's network, built anew, so that the model need not stay. */
static cnn_network *network_of_model(const char *path, cnn_error *error) {
    const cnn_model_options options = {.batch_size = 1, .threads = 1};
    cnn_model *model = cnn_model_load(path, &options, error);
    if (!model)
        return NULL;
    cnn_network *network = NULL;
    const size_t size = cnn_network_text(cnn_model_network(model), NULL, 0) + 1;
    char *text = malloc(size);
    if (text) {
        cnn_network_text(cnn_model_network(model), text, size);
        network = cnn_network_parse(text, size - 1, error);
    } else {
        source_refuse(error, path, "no memory for %zu bytes", size);
    }
    free(text);
    cnn_model_free(model);
    return network;
}

cnn_model *source_model(const char *path, const cnn_model_options *options, cnn_error *error) {
    bool is_model;
    if (!source_look(path, &is_model, error))
        return NULL;
    if (is_model)
        return cnn_model_load(path, options, error);
    source_refuse(error, path, "not a model; cnn train makes one from a network");
    return NULL;
}

cnn_network *source_network(const char *path, cnn_error *error) {
    if (!strcmp(path, SOURCE_NETWORK) && !exists(path)) {
        source_refuse(error, path, "not below the current folder; name a network");
        return NULL;
    }
    bool is_model;
    if (!source_look(path, &is_model, error))
        return NULL;
    return is_model ? network_of_model(path, error) : cnn_network_load(path, error);
}

bool source_trainable(const cnn_network *network, const char *path, cnn_error *error) {
    cnn_layer_info last;
    cnn_network_layer(network, cnn_network_layers(network), &last);
    return last.flat ||
           source_refuse(error, path, "the last layer is not flat; end with flatten and dense");
}

static bool images_fit(const cnn_dataset *images, const cnn_network *network, const char *folder,
                       cnn_error *error) {
    cnn_layer_info input;
    const cnn_dataset_info info = cnn_dataset_about(images);
    cnn_network_layer(network, 0, &input);
    if (info.height == input.height && info.width == input.width && info.channels == input.channels)
        return true;
    return source_refuse(error, folder, "images are %zux%zux%zu, the network takes %zux%zux%zu",
                         info.height, info.width, info.channels, input.height, input.width,
                         input.channels);
}

cnn_dataset *source_images(const char *folder, cnn_split split, const cnn_network *network,
                           cnn_error *error) {
    cnn_dataset *images = cnn_dataset_load(folder, split, cnn_network_classes(network), error);
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
