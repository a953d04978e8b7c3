#define _POSIX_C_SOURCE 200809L
#include "pixels.h"

#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As much as IDX can hold. */
#define MOST ((uint64_t)UINT32_MAX)
#define FIRST_ROOM ((size_t)1 << 16)

typedef struct content {
    unsigned char *bytes;
    size_t size;
} content;

/* More room if there is none left. False with errno set. */
static bool make_room(content *content, size_t *room) {
    if (content->size < *room)
        return true;
    const uint64_t more = *room ? (uint64_t)*room * 2 : FIRST_ROOM;
    unsigned char *bytes =
        more <= 2 * MOST && more <= PTRDIFF_MAX ? realloc(content->bytes, (size_t)more) : NULL;
    if (!bytes) {
        errno = more <= 2 * MOST ? ENOMEM : EFBIG;
        return false;
    }
    content->bytes = bytes;
    *room = (size_t)more;
    return true;
}

static bool read_stream(content *content, FILE *stream) {
    size_t room = 0;
    errno = 0;
    while (make_room(content, &room)) {
        const size_t count = fread(content->bytes + content->size, 1, room - content->size, stream);
        content->size += count;
        if (!count)
            return !ferror(stream);
    }
    return false;
}

static const char *name_of(const char *path) {
    return strcmp(path, "-") ? path : "standard input";
}

static bool read_content(content *content, const char *path, cnn_error *error) {
    const bool standard = !strcmp(path, "-");
    FILE *stream = standard ? stdin : fopen(path, "rb");
    const bool ok = stream && read_stream(content, stream);
    if (!ok)
        source_refuse(error, name_of(path), "cannot read: %s", strerror(errno));
    if (stream && !standard)
        fclose(stream);
    return ok;
}

/* What kind of file it is, by its first bytes. */
static bool begins(const content *content, const char *with, size_t size) {
    return content->size >= size && !memcmp(content->bytes, with, size);
}

static bool is_idx(const content *content) {
    return begins(content, "\0\0\10", 3) || begins(content, "\37\213", 2);
}

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

static bool read_any(pixels *pixels, const content *content, const cnn_layer_info *input, bool fit,
                     size_t limit, cnn_error *error) {
    if (is_idx(content))
        return read_idx(pixels, content, input, limit, error);
    if (begins(content, "\211PNG", 4))
        return read_picture(pixels, content, input, fit, error);
    if (!content->size)
        return source_refuse(error, "", "nothing in it");
    return source_refuse(error, "",
                         begins(content, "\377\330\377", 3) ? "a JPEG; make it a PNG first"
                                                            : "neither a PNG nor IDX images");
}

bool pixels_read(pixels *pixels, const char *path, const cnn_layer_info *input, bool fit,
                 size_t limit, cnn_error *error) {
    content content = {NULL, 0};
    *pixels = (struct pixels){NULL, 0, false};
    bool ok = read_content(&content, path, error);
    if (ok && !read_any(pixels, &content, input, fit, limit, error)) {
        snprintf(error->file, sizeof error->file, "%s", name_of(path));
        pixels_free(pixels);
        ok = false;
    }
    free(content.bytes);
    return ok;
}

void pixels_free(pixels *pixels) {
    free(pixels->bytes);
    pixels->bytes = NULL;
}
