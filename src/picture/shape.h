/* Black and white shapes, fine enough for strokes to be made bolder or finer. */
#ifndef PICTURE_SHAPE_H
#define PICTURE_SHAPE_H

#include "error.h"

typedef struct shape {
    size_t height, width;
    bool *inside; /* [height][width] */
} shape;

/* Takes in all places that are no further than `reach` from the shape. False if there is no memory.
 */
bool shape_grow(shape *shape, size_t reach, cnn_error *error);
/* Leaves out all places that are no further than `reach` from the outside; what lies around counts
 * as inside. */
bool shape_shrink(shape *shape, size_t reach, cnn_error *error);

#endif
