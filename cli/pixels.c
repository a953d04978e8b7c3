/* Pictures and IDX images as the pixels that a network takes. */
#include "pixels.h"

#include "content.h"
#include "source.h"

#include <stdlib.h>

static bool room_for(pixels *pixels, const cnn_layer_info *input, cnn_error *error) {
    const size_t size = input->height * input->width * input->channels;
    pixels->bytes = pixels->count <= SIZE_MAX / size ? malloc(pixels->count * size) : NULL;
    return pixels->bytes || source_refuse(error, "", "no memory for %zu images", pixels->count);
}

static bool read_picture(pixels *pixels, const content *content, const cnn_layer_info *input,
                         bool fit, cnn_error *error) {
    cnn_picture *picture = cnn_picture_parse(content->bytes, content->size, input->channels, error);
    pixels->count = 1;
    const bool ok =
        picture && room_for(pixels, input, error) &&
        (fit ? cnn_picture_fit(picture, input->height, input->width, pixels->bytes, error)
             : cnn_picture_resize(picture, input->height, input->width, pixels->bytes, error));
    cnn_picture_free(picture);
    return ok;
}

/* Image number `index` of the set, stretched. */
static bool stretch(const cnn_dataset *images, size_t index, const cnn_layer_info *input,
                    uint8_t *to, cnn_error *error) {
    const cnn_dataset_info info = cnn_dataset_about(images);
    const uint8_t *from = cnn_dataset_image(images, index);
    cnn_picture *picture = cnn_picture_create(info.height, info.width, info.channels, from, error);
    const bool ok = picture && cnn_picture_resize(picture, input->height, input->width, to, error);
    cnn_picture_free(picture);
    return ok;
}

static bool take_images(pixels *pixels, const cnn_dataset *images, const cnn_layer_info *input,
                        cnn_error *error) {
    const cnn_dataset_info info = cnn_dataset_about(images);
    if (input->channels != info.channels)
        return source_refuse(error, "", "the images are grey, the network takes %zu channels",
                             input->channels);
    pixels->count = info.images;
    bool ok = room_for(pixels, input, error);
    for (size_t i = 0; ok && i < info.images; i++)
        ok = stretch(images, i, input, pixels->bytes + i * input->height * input->width, error);
    return ok;
}

static bool read_idx(pixels *pixels, const content *content, const cnn_layer_info *input,
                     size_t limit, cnn_error *error) {
    cnn_dataset *images = cnn_dataset_from_idx(content->bytes, content->size, NULL, 0, 0, error);
    pixels->many = true;
    const bool ok = images && (!limit || cnn_dataset_truncate(images, limit, error)) &&
                    take_images(pixels, images, input, error);
    cnn_dataset_free(images);
    return ok;
}

/* The limit goes by the kind: what is no image is refused before the rest of it is read. */
static bool read_any(pixels *pixels, content *content, const cnn_layer_info *input, bool fit,
                     size_t limit, cnn_error *error) {
    switch (content->kind) {
    case CNN_FILE_IDX:
    case CNN_FILE_GZIP:
        return content_read(content, CONTENT_MOST, error) &&
               read_idx(pixels, content, input, limit, error);
    case CNN_FILE_PNG:
        return content_read(content, CNN_PICTURE_BYTES, error) &&
               read_picture(pixels, content, input, fit, error);
    default:
        return source_refuse(error, content->name, "%s; a PNG or IDX images are wanted",
                             content->kind_name);
    }
}

bool pixels_read(pixels *pixels, const char *path, const cnn_layer_info *input, bool fit,
                 size_t limit, cnn_error *error) {
    content content;
    *pixels = (struct pixels){NULL, 0, false};
    if (!content_open(&content, path, error))
        return false;
    const bool ok =
        read_any(pixels, &content, input, fit, limit, error) || content_blame(&content, error);
    if (!ok)
        pixels_free(pixels);
    content_close(&content);
    return ok;
}

void pixels_free(pixels *pixels) {
    free(pixels->bytes);
    pixels->bytes = NULL;
}
