/* Removes transparency, so that a drawing is visible whether it is dark or light. */
#include "alpha.h"

#include "picture.h"

static uint8_t gray_of(const uint8_t *pixel, size_t colors) {
    return colors == 3 ? picture_gray(pixel) : pixel[0];
}

/* The background of transparent pixels: white, or black if the opaque ones are light on average. */
static unsigned background(const uint8_t *pixels, size_t count, size_t channels) {
    const size_t colors = channels - 1;
    uint64_t weight = 0, light = 0;
    for (size_t i = 0; i < count; i++, pixels += channels) {
        weight += pixels[colors];
        light += (uint64_t)pixels[colors] * gray_of(pixels, colors);
    }
    return 2 * light > 255 * weight ? 0 : 255;
}

size_t alpha_blend(uint8_t *pixels, size_t count, size_t channels) {
    const size_t colors = channels - 1;
    const unsigned under = background(pixels, count, channels);
    uint8_t *to = pixels;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *pixel = pixels + i * channels;
        const unsigned alpha = pixel[colors];
        for (size_t c = 0; c < colors; c++)
            *to++ = (uint8_t)((pixel[c] * alpha + under * (255 - alpha) + 127) / 255);
    }
    return colors;
}
