/* Grows and shrinks shapes by a distance, in two passes: along rows to the nearest pixel of the
 * shape in the row, then along columns by Pythagoras. Time is proportional to the reach, not to its
 * square. */
#include "shape.h"

#include "memory.h"

#include <stdlib.h>

/* Distances along a row to the nearest pixel inside, at most reach + 1. */
static void row_distances(const bool *inside, size_t width, size_t reach, size_t *distance) {
    size_t d = reach + 1;
    for (size_t x = 0; x < width; x++) {
        d = inside[x] ? 0 : d <= reach ? d + 1 : d;
        distance[x] = d;
    }
    d = reach + 1;
    for (size_t x = width; x-- > 0;) {
        d = inside[x] ? 0 : d <= reach ? d + 1 : d;
        distance[x] = d < distance[x] ? d : distance[x];
    }
}

static bool within(const shape *shape, const size_t *distance, size_t y, size_t x, size_t reach) {
    const size_t first = y > reach ? y - reach : 0;
    for (size_t row = first; row <= y + reach && row < shape->height; row++) {
        const size_t dy = row > y ? row - y : y - row, dx = distance[row * shape->width + x];
        if (dx * dx + dy * dy <= reach * reach)
            return true;
    }
    return false;
}

bool shape_grow(shape *shape, size_t reach, cnn_error *error) {
    size_t *distance = memory_new(shape->height * shape->width, sizeof *distance, error);
    if (!distance)
        return false;
    for (size_t y = 0; y < shape->height; y++)
        row_distances(shape->inside + y * shape->width, shape->width, reach,
                      distance + y * shape->width);
    for (size_t y = 0; y < shape->height; y++)
        for (size_t x = 0; x < shape->width; x++)
            shape->inside[y * shape->width + x] = within(shape, distance, y, x, reach);
    free(distance);
    return true;
}

static void turn_inside_out(shape *shape) {
    for (size_t i = 0; i < shape->height * shape->width; i++)
        shape->inside[i] = !shape->inside[i];
}

bool shape_shrink(shape *shape, size_t reach, cnn_error *error) {
    turn_inside_out(shape);
    const bool ok = shape_grow(shape, reach, error);
    turn_inside_out(shape);
    return ok;
}
