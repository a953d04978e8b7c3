/* Lays out tensors as a safetensors file, the same bytes for the same tensors. */
#include "json_text.h"
#include "memory.h"
#include "safetensors.h"

#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 8

/* A jansson function with a NULL argument returns an error and frees what it would have taken over,
 * so one check at the end detects any lack of memory. */
static json_t *describe(const safetensors_tensor *tensor, size_t begin, size_t end) {
    json_t *object = json_object(), *shape = json_array(), *offsets = json_array();
    int bad = 0;
    for (size_t i = 0; i < tensor->rank; i++)
        bad |= json_array_append_new(shape, json_integer((json_int_t)tensor->shape[i]));
    bad |= json_array_append_new(offsets, json_integer((json_int_t)begin));
    bad |= json_array_append_new(offsets, json_integer((json_int_t)end));
    bad |= json_object_set_new(object, "dtype", json_string(tensor->type->name));
    bad |= json_object_set_new(object, "shape", shape);
    bad |= json_object_set_new(object, "data_offsets", offsets);
    if (!bad)
        return object;
    json_decref(object);
    return NULL;
}

/* False if the size does not fit. */
static bool tensor_bytes(const safetensors_tensor *tensor, size_t *bytes) {
    *bytes = tensor->type->bytes;
    for (size_t i = 0; i < tensor->rank; i++)
        if (!size_multiply(*bytes, tensor->shape[i], bytes))
            return false;
    return true;
}

/* Adds a tensor to the header and the parts. */
static bool place(safetensors_image *image, json_t *header, const safetensors_tensor *tensor,
                  cnn_error *error) {
    size_t bytes, end;
    if (!tensor_bytes(tensor, &bytes) || !size_add(image->size, bytes, &end) || end > PTRDIFF_MAX)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "the file would be too large");
    if (json_object_set_new(header, tensor->name, describe(tensor, image->size, end)))
        return error_set(error, CNN_STATUS_NO_MEMORY, "no memory for the header");
    image->parts[image->count++] = (file_part){tensor->data, bytes};
    image->size = end;
    return true;
}

/* First eight-byte numbers, then all others. */
static bool place_all(safetensors_image *image, json_t *header, const safetensors_tensor *tensors,
                      size_t count, cnn_error *error) {
    for (int large = 1; large >= 0; large--)
        for (size_t i = 0; i < count; i++)
            if ((tensors[i].type->bytes == ALIGNMENT) == large &&
                !place(image, header, &tensors[i], error))
                return false;
    return true;
}

/* The length and the text of the header, padded with spaces to the alignment. */
static bool make_head(safetensors_image *image, char *text, cnn_error *error) {
    const size_t length = strlen(text);
    const size_t padded = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (padded > SAFETENSORS_HEADER_MAX)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         "the header would have %zu bytes, more than %zu", padded,
                         SAFETENSORS_HEADER_MAX);
    image->head = memory_new(SAFETENSORS_LENGTH_BYTES + padded, 1, error);
    if (!image->head)
        return false;
    for (int i = 0; i < SAFETENSORS_LENGTH_BYTES; i++)
        image->head[i] = (char)(unsigned char)((uint64_t)padded >> 8 * i);
    memset(image->head + SAFETENSORS_LENGTH_BYTES, ' ', padded);
    memcpy(image->head + SAFETENSORS_LENGTH_BYTES, text, length);
    image->parts[0] = (file_part){image->head, SAFETENSORS_LENGTH_BYTES + padded};
    image->size += SAFETENSORS_LENGTH_BYTES + padded;
    return true;
}

/* On failure the image is partly filled, for safetensors_release(). The caller keeps the header. */
static bool build(safetensors_image *image, json_t *header, const safetensors_tensor *tensors,
                  size_t count, cnn_error *error) {
    image->parts = memory_new(count + 1, sizeof *image->parts, error);
    image->count = 1;
    if (!image->parts || !place_all(image, header, tensors, count, error))
        return false;
    char *text = json_write(json_incref(header), error);
    const bool good = text && make_head(image, text, error);
    free(text);
    return good;
}

bool safetensors_build(safetensors_image *image, json_t *metadata,
                       const safetensors_tensor *tensors, size_t count, cnn_error *error) {
    *image = (safetensors_image){.parts = NULL};
    json_t *header = json_object();
    bool good = header != NULL;
    if (metadata)
        good = !json_object_set_new(header, "__metadata__", metadata);
    if (!good)
        error_set(error, CNN_STATUS_NO_MEMORY, "no memory for the header");
    good = good && build(image, header, tensors, count, error);
    json_decref(header);
    if (!good)
        safetensors_release(image);
    return good;
}

void *safetensors_bytes(const safetensors_image *image, size_t *size, cnn_error *error) {
    uint8_t *bytes = memory_new(image->size, 1, error), *at = bytes;
    if (!bytes)
        return NULL;
    for (size_t i = 0; i < image->count; at += image->parts[i++].size)
        if (image->parts[i].size)
            memcpy(at, image->parts[i].data, image->parts[i].size);
    *size = image->size;
    return bytes;
}

void safetensors_release(safetensors_image *image) {
    free(image->parts);
    free(image->head);
    *image = (safetensors_image){.parts = NULL};
}
