/* Creates, reduces, copies and transposes planes of floats. */
#include "plane.h"

#include "memory.h"

#include <stdlib.h>
#include <string.h>

/* Rows transposed together, whose values share a cache line. */
#define BLOCK 16

/* The length of a side after the longer one is reduced to `side`; never 0. */
static size_t cut_down(size_t length, size_t longer, size_t side) {
    const size_t cut = longer > side ? (length * side + longer / 2) / longer : length;
    return cut ? cut : 1;
}

static void fill(plane *plane, const uint8_t *pixels, size_t channels) {
    for (size_t i = 0; i < plane->height * plane->width; i++)
        plane->values[i] = channels == 3 ? picture_gray(pixels + 3 * i) : pixels[i];
}

bool plane_of_picture(plane *plane, const cnn_picture *picture, size_t side, cnn_error *error) {
    const size_t longer = picture->height > picture->width ? picture->height : picture->width;
    plane->height = cut_down(picture->height, longer, side);
    plane->width = cut_down(picture->width, longer, side);
    const size_t count = plane->height * plane->width;
    uint8_t *pixels = memory_new(count, picture->channels, error);
    plane->values = pixels ? memory_new(count, sizeof *plane->values, error) : NULL;
    if (plane->values && cnn_picture_resize(picture, plane->height, plane->width, pixels, error))
        fill(plane, pixels, picture->channels);
    free(pixels);
    return plane->values != NULL;
}

size_t plane_shorter(const plane *plane) {
    return plane->height < plane->width ? plane->height : plane->width;
}

bool plane_copy(const plane *from, plane *to, cnn_error *error) {
    *to = *from;
    to->values = memory_new(from->height * from->width, sizeof *to->values, error);
    if (to->values)
        memcpy(to->values, from->values, from->height * from->width * sizeof *to->values);
    return to->values != NULL;
}

/* The mean of a square, clipped at the plane's end. */
static float mean_of(const plane *plane, size_t top, size_t left, size_t side) {
    double sum = 0, count = 0;
    for (size_t y = top; y < top + side && y < plane->height; y++)
        for (size_t x = left; x < left + side && x < plane->width; x++, count++)
            sum += plane->values[y * plane->width + x];
    return (float)(sum / count);
}

bool plane_shrink(const plane *plane, size_t side, struct plane *small, size_t *part,
                  cnn_error *error) {
    const size_t longer = plane->height > plane->width ? plane->height : plane->width;
    *part = (longer + side - 1) / side;
    small->height = (plane->height + *part - 1) / *part;
    small->width = (plane->width + *part - 1) / *part;
    small->values = memory_new(small->height * small->width, sizeof *small->values, error);
    if (!small->values)
        return false;
    for (size_t y = 0; y < small->height; y++)
        for (size_t x = 0; x < small->width; x++)
            small->values[y * small->width + x] = mean_of(plane, y * *part, x * *part, *part);
    return true;
}

bool plane_transpose(plane *plane, cnn_error *error) {
    const size_t height = plane->height, width = plane->width;
    float *transposed = memory_new(height * width, sizeof *transposed, error);
    if (!transposed)
        return false;
    for (size_t top = 0; top < height; top += BLOCK)
        for (size_t x = 0; x < width; x++)
            for (size_t y = top; y < top + BLOCK && y < height; y++)
                transposed[x * height + y] = plane->values[y * width + x];
    free(plane->values);
    plane->values = transposed;
    plane->height = width;
    plane->width = height;
    return true;
}

void plane_negate(const plane *plane) {
    for (size_t i = 0; i < plane->height * plane->width; i++)
        plane->values[i] = -plane->values[i];
}

bool plane_smooth(plane *plane, cnn_error *error) {
    const size_t height = plane->height, width = plane->width;
    struct plane from;
    if (!plane_copy(plane, &from, error))
        return false;
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            double sum = 0, count = 0;
            for (size_t row = y ? y - 1 : 0; row <= y + 1 && row < height; row++)
                for (size_t i = x ? x - 1 : 0; i <= x + 1 && i < width; i++, count++)
                    sum += from.values[row * width + i];
            plane->values[y * width + x] = (float)(sum / count);
        }
    free(from.values);
    return true;
}

void plane_clear_below(const plane *plane, double least) {
    for (size_t i = 0; i < plane->height * plane->width; i++)
        if (!(plane->values[i] > least))
            plane->values[i] = 0;
}
