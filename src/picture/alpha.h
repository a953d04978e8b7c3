/* Removes transparency, so that a drawing is visible whether it is dark or light. */
#ifndef PICTURE_ALPHA_H
#define PICTURE_ALPHA_H

#include <stddef.h>
#include <stdint.h>

/* Blends pixels[count][channels], whose last channel is opacity, with white, or with black if the
 * opaque ones are light on average. In place, as pixels only get smaller; returns how many channels
 * are left. */
size_t alpha_blend(uint8_t *pixels, size_t count, size_t channels);

#endif
