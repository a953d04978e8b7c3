/* Turns pictures and IDX images into a network's input pixels. */
#include "pixels.h"

#include "content.h"
#include "source.h"

#include <stdlib.h>

/* Room for `count` images of the model's input. */
static bool reserve_pixels(pixels *pixels, const cnn_model *model, size_t count, cnn_error *error) {
    const cnn_pictures wanted = cnn_model_pictures(model, false);
    const size_t size = wanted.height * wanted.width * wanted.channels;
    pixels->count = count;
    pixels->bytes = count <= SIZE_MAX / size ? malloc(count * size) : NULL;
    return pixels->bytes || source_refuse(error, "", "no memory for %zu images", count);
}

static bool read_picture(pixels *pixels, const content *content, const cnn_model *model, bool fit,
                         cnn_error *error) {
    const cnn_pictures wanted = cnn_model_pictures(model, fit);
    cnn_picture *picture = cnn_picture_parse(content->bytes, content->size, wanted.channels, error);
    const bool ok = picture && reserve_pixels(pixels, model, 1, error) &&
                    cnn_model_prepare(model, picture, fit, pixels->bytes, error);
    cnn_picture_free(picture);
    return ok;
}

bool pixels_stretch(pixels *pixels, const cnn_dataset *images, const cnn_model *model,
                    cnn_error *error) {
    const cnn_dataset_info info = cnn_dataset_get_info(images);
    const cnn_pictures wanted = cnn_model_pictures(model, false);
    const size_t size = wanted.height * wanted.width * wanted.channels;
    bool ok = reserve_pixels(pixels, model, info.images, error);
    for (size_t i = 0; ok && i < info.images; i++) {
        cnn_picture *picture = cnn_picture_create(info.height, info.width, info.channels,
                                                  cnn_dataset_image_at(images, i), error);
        ok = picture && cnn_model_prepare(model, picture, false, pixels->bytes + i * size, error);
        cnn_picture_free(picture);
    }
    return ok;
}

static bool read_idx(pixels *pixels, const content *content, const cnn_model *model, size_t limit,
                     cnn_error *error) {
    cnn_dataset *images = cnn_dataset_from_idx(content->bytes, content->size, NULL, 0, 0, error);
    pixels->many = true;
    const bool ok = images && (!limit || cnn_dataset_truncate(images, limit, error)) &&
                    pixels_stretch(pixels, images, model, error);
    cnn_dataset_free(images);
    return ok;
}

/* The limit depends on the kind: a file that is not an image is refused before the rest of it is
 * read. */
static bool read_any(pixels *pixels, content *content, const cnn_model *model, bool fit,
                     size_t limit, cnn_error *error) {
    switch (content->kind) {
    case CNN_FILE_IDX:
    case CNN_FILE_GZIP:
        return content_read(content, CONTENT_MOST, error) &&
               read_idx(pixels, content, model, limit, error);
    case CNN_FILE_PNG:
        return content_read(content, CNN_PNG_BYTES_MAX, error) &&
               read_picture(pixels, content, model, fit, error);
    default:
        return source_refuse(error, content->name, "%s; a PNG or IDX images are expected",
                             content->kind_name);
    }
}

bool pixels_read(pixels *pixels, const char *path, const cnn_model *model, bool fit, size_t limit,
                 cnn_error *error) {
    content content;
    *pixels = (struct pixels){NULL, 0, false};
    if (!content_open(&content, path, error))
        return false;
    const bool ok =
        read_any(pixels, &content, model, fit, limit, error) || content_blame(&content, error);
    if (!ok)
        pixels_free(pixels);
    content_close(&content);
    return ok;
}

void pixels_free(pixels *pixels) {
    free(pixels->bytes);
    pixels->bytes = NULL;
}
