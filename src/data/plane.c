#include "plane.h"

#include "memory.h"

#include <stdlib.h>

/* Patches that hold less than this part of the largest are dust. */
#define DUST 50

/* A side in the proportion in which the longer one is cut down; never 0. */
static size_t cut_down(size_t length, size_t longer, size_t side) {
    const size_t cut = longer > side ? (length * side + longer / 2) / longer : length;
    return cut ? cut : 1;
}

static void fill(plane *plane, const uint8_t *pixels, size_t channels) {
    for (size_t i = 0; i < plane->height * plane->width; i++)
        plane->values[i] = channels == 3 ? picture_grey(pixels + 3 * i) : pixels[i];
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

/* A search for patches: each is a stretch at the beginning of `places`. */
typedef struct search {
    plane *plane;
    uint32_t *places; /* [height * width] */
    bool *seen;       /* [height * width] */
    size_t count;     /* places in the patch found last */
    double weight;    /* the sum of its values */
    bool at_edge;
} search;

static void see(search *search, size_t place) {
    if (search->seen[place] || !(search->plane->values[place] > 0))
        return;
    search->seen[place] = true;
    search->places[search->count++] = (uint32_t)place;
}

static void see_around(search *search, size_t y, size_t x) {
    const size_t height = search->plane->height, width = search->plane->width;
    for (size_t row = y ? y - 1 : 0; row <= y + 1 && row < height; row++)
        for (size_t column = x ? x - 1 : 0; column <= x + 1 && column < width; column++)
            see(search, row * width + column);
}

/* The patch that a place belongs to; count is 0 if it is none, or of one seen before. */
static void find_patch(search *search, size_t place) {
    const size_t height = search->plane->height, width = search->plane->width;
    search->count = 0;
    search->weight = 0;
    search->at_edge = false;
    see(search, place);
    for (size_t i = 0; i < search->count; i++) {
        const size_t y = search->places[i] / width, x = search->places[i] % width;
        search->weight += search->plane->values[search->places[i]];
        search->at_edge |= y == 0 || x == 0 || y + 1 == height || x + 1 == width;
        see_around(search, y, x);
    }
}

static void clear_patch(search *search) {
    for (size_t i = 0; i < search->count; i++)
        search->plane->values[search->places[i]] = 0;
}

/* One walk over all patches to learn the largest, one to clear. */
static void clean(search *search) {
    const size_t all = search->plane->height * search->plane->width;
    double largest = 0;
    bool largest_at_edge = false;
    for (size_t i = 0; i < all; i++) {
        find_patch(search, i);
        if (search->weight > largest) {
            largest = search->weight;
            largest_at_edge = search->at_edge;
        }
    }
    for (size_t i = 0; i < all; i++)
        search->seen[i] = false;
    for (size_t i = 0; i < all; i++) {
        find_patch(search, i);
        if (search->weight * DUST < largest || (search->at_edge && !largest_at_edge))
            clear_patch(search);
    }
}

bool plane_clean(plane *plane, cnn_error *error) {
    const size_t all = plane->height * plane->width;
    search search = {.plane = plane};
    search.places = memory_new(all, sizeof *search.places, error);
    search.seen = search.places ? memory_new(all, sizeof *search.seen, error) : NULL;
    const bool ok = search.seen != NULL;
    if (ok)
        clean(&search);
    free(search.places);
    free(search.seen);
    return ok;
}
