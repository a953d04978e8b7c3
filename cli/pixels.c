#define _POSIX_C_SOURCE 200809L
#include "pixels.h"

#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As much as IDX can hold. */
#define MOST ((size_t)UINT32_MAX)
#define FIRST_ROOM ((size_t)1 << 16)

typedef struct content {
    unsigned char *bytes;
    size_t size;
} content;

/* More room if there is none left. False with errno set. */
static bool make_room(content *content, size_t *room) {
    if (content->size < *room)
        return true;
    const size_t more = *room ? *room * 2 : FIRST_ROOM;
    unsigned char *bytes = more <= 2 * MOST ? realloc(content->bytes, more) : NULL;
    if (!bytes) {
        errno = more <= 2 * MOST ? ENOMEM : EFBIG;
        return false;
    }
    content->bytes = bytes;
    *room = more;
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

/* Room for `count` images of the model's input. */
static bool room_for(pixels *pixels, const cnn_model *model, size_t count, cnn_error *error) {
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
    const bool ok = picture && room_for(pixels, model, 1, error) &&
                    cnn_model_prepare(model, picture, fit, pixels->bytes, error);
    cnn_picture_free(picture);
    return ok;
}

bool pixels_stretch(pixels *pixels, const cnn_dataset *images, const cnn_model *model,
                    cnn_error *error) {
    const cnn_dataset_info info = cnn_dataset_about(images);
    const cnn_pictures wanted = cnn_model_pictures(model, false);
    const size_t size = wanted.height * wanted.width * wanted.channels;
    bool ok = room_for(pixels, model, info.images, error);
    for (size_t i = 0; ok && i < info.images; i++) {
        cnn_picture *picture = cnn_picture_create(info.height, info.width, info.channels,
                                                  cnn_dataset_image(images, i), error);
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

static bool read_any(pixels *pixels, const content *content, const cnn_model *model, bool fit,
                     size_t limit, cnn_error *error) {
    if (is_idx(content))
        return read_idx(pixels, content, model, limit, error);
    if (begins(content, "\211PNG", 4))
        return read_picture(pixels, content, model, fit, error);
    if (!content->size)
        return source_refuse(error, "", "nothing in it");
    return source_refuse(error, "",
                         begins(content, "\377\330\377", 3) ? "a JPEG; make it a PNG first"
                                                            : "neither a PNG nor IDX images");
}

bool pixels_read(pixels *pixels, const char *path, const cnn_model *model, bool fit, size_t limit,
                 cnn_error *error) {
    content content = {NULL, 0};
    *pixels = (struct pixels){NULL, 0, false};
    bool ok = read_content(&content, path, error);
    if (ok && !read_any(pixels, &content, model, fit, limit, error)) {
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
