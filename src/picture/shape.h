/* Black and white shapes whose strokes can be thickened or thinned. */
#ifndef PICTURE_SHAPE_H
#define PICTURE_SHAPE_H

#include "error.h"

typedef struct shape {
    size_t height, width;
    bool *inside; /* [height][width] */
} shape;

/* Adds all pixels within `reach` of the shape. False if there is no memory. */
bool shape_grow(shape *shape, size_t reach, cnn_error *error);
/* Removes all pixels within `reach` of the outside; beyond the border counts as inside. False if
 * there is no memory. */
bool shape_shrink(shape *shape, size_t reach, cnn_error *error);

#endif
