/* Creates, loads and resizes pictures. Resizing uses integer arithmetic only, so that every machine
 * gets the same bytes. */
#include "picture.h"

#include "alpha.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>

bool picture_sound(size_t height, size_t width, cnn_error *error) {
    if (!height || !width)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "no pixels in it");
    if (height > CNN_PICTURE_SIDE_MAX || width > CNN_PICTURE_SIDE_MAX)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "%zu x %zu pixels, more than %d a side",
                         width, height, CNN_PICTURE_SIDE_MAX);
    return height * width <= CNN_PICTURE_PIXELS_MAX ||
           error_set(error, CNN_STATUS_BAD_ARGUMENT, "%zu x %zu pixels, more than %d in all", width,
                     height, CNN_PICTURE_PIXELS_MAX);
}

uint8_t picture_gray(const uint8_t rgb[3]) {
    return (uint8_t)((299u * rgb[0] + 587u * rgb[1] + 114u * rgb[2] + 500u) / 1000u);
}

bool picture_channels_sound(size_t channels, cnn_error *error) {
    return channels == 1 || channels == 3 ||
           error_set(error, CNN_STATUS_BAD_ARGUMENT, "pictures have 1 or 3 channels, not %zu",
                     channels);
}

cnn_picture *cnn_picture_create(size_t height, size_t width, size_t channels, const uint8_t *pixels,
                                cnn_error *error) {
    if (!picture_channels_sound(channels, error) || !picture_sound(height, width, error) ||
        !given(pixels, "pixels", error))
        return NULL;
    cnn_picture *picture = memory_new(1, sizeof *picture, error);
    if (!picture)
        return NULL;
    const size_t count = height * width * channels;
    *picture = (cnn_picture){height, width, channels, memory_new(count, 1, error)};
    if (!picture->pixels) {
        free(picture);
        return NULL;
    }
    memcpy(picture->pixels, pixels, count);
    return picture;
}

cnn_picture *cnn_picture_create_rgba(size_t height, size_t width, const uint8_t *pixels,
                                     cnn_error *error) {
    if (!picture_sound(height, width, error) || !given(pixels, "pixels", error))
        return NULL;
    cnn_picture *picture = memory_new(1, sizeof *picture, error);
    if (!picture)
        return NULL;
    const size_t count = height * width;
    *picture = (cnn_picture){height, width, 3, memory_new(count, 4, error)};
    if (!picture->pixels) {
        free(picture);
        return NULL;
    }
    memcpy(picture->pixels, pixels, 4 * count);
    alpha_blend(picture->pixels, count, 4);
    return picture;
}

void cnn_picture_free(cnn_picture *picture) {
    if (!picture)
        return;
    free(picture->pixels);
    free(picture);
}

size_t cnn_picture_height(const cnn_picture *picture) {
    return picture ? picture->height : 0;
}

size_t cnn_picture_width(const cnn_picture *picture) {
    return picture ? picture->width : 0;
}

size_t cnn_picture_channels(const cnn_picture *picture) {
    return picture ? picture->channels : 0;
}

const uint8_t *cnn_picture_pixels(const cnn_picture *picture) {
    return picture ? picture->pixels : NULL;
}

/* The input range of one output pixel along one axis, in units; an input pixel has `unit` of
 * them. */
typedef struct window {
    size_t begin, end, unit;
    size_t first, beyond; /* range of input pixels */
} window;

/* A unit is half of an output pixel's share, so that centers are integers. */
static window window_at(size_t index, size_t in, size_t out) {
    const size_t unit = 2 * out, all = in * unit;
    const size_t width = 2 * (in > out ? in : out), center = (2 * index + 1) * in;
    size_t begin = center > width / 2 ? center - width / 2 : 0;
    if (begin + width > all)
        begin = all - width;
    const size_t end = begin + width;
    return (window){begin, end, unit, begin / unit, (end + unit - 1) / unit};
}

static size_t overlap(const window *window, size_t pixel) {
    const size_t begin = pixel * window->unit, end = begin + window->unit;
    return (end < window->end ? end : window->end) -
           (begin > window->begin ? begin : window->begin);
}

/* The sum is at most 255 (2 * 16384)^2, which fits easily. */
static uint8_t mean_under(const cnn_picture *picture, const window *rows, const window *columns,
                          size_t channel) {
    uint64_t sum = 0;
    for (size_t y = rows->first; y < rows->beyond; y++) {
        const uint8_t *row = picture->pixels + y * picture->width * picture->channels + channel;
        uint64_t along = 0;
        for (size_t x = columns->first; x < columns->beyond; x++)
            along += overlap(columns, x) * row[x * picture->channels];
        sum += overlap(rows, y) * along;
    }
    const uint64_t area =
        (uint64_t)(rows->end - rows->begin) * (uint64_t)(columns->end - columns->begin);
    return (uint8_t)((sum + area / 2) / area);
}

bool cnn_picture_resize(const cnn_picture *picture, size_t height, size_t width, uint8_t *pixels,
                        cnn_error *error) {
    if (!picture_sound(height, width, error) || !given(picture, "picture", error) ||
        !given(pixels, "pixels", error))
        return false;
    for (size_t y = 0; y < height; y++) {
        const window rows = window_at(y, picture->height, height);
        for (size_t x = 0; x < width; x++) {
            const window columns = window_at(x, picture->width, width);
            for (size_t c = 0; c < picture->channels; c++)
                *pixels++ = mean_under(picture, &rows, &columns, c);
        }
    }
    return true;
}
