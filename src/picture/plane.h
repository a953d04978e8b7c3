/* A gray picture as floats, for the steps between a picture and its fit. */
#ifndef PICTURE_PLANE_H
#define PICTURE_PLANE_H

#include "picture.h"

typedef struct plane {
    size_t height, width;
    float *values; /* [height][width] */
} plane;

/* The picture in gray, 0 to 255, its longer side reduced to `side` if it is larger. False if there
 * is no memory; else free plane->values. */
bool plane_of_picture(plane *plane, const cnn_picture *picture, size_t side, cnn_error *error);

size_t plane_shorter(const plane *plane);

/* False if there is no memory; else free to->values. */
bool plane_copy(const plane *from, plane *to, cnn_error *error);

/* The means of squares of *part x *part pixels, the smallest that give at most `side` per side.
 * False if there is no memory; else free small->values. */
bool plane_shrink(const plane *plane, size_t side, struct plane *small, size_t *part,
                  cnn_error *error);

/* Replaces each value by the mean of the 3 x 3 around it, which reduces grain. False if there is no
 * memory. */
bool plane_smooth(plane *plane, cnn_error *error);

/* False if there is no memory. */
bool plane_transpose(plane *plane, cnn_error *error);
void plane_negate(const plane *plane);
/* Sets values of at most `least` to 0. */
void plane_clear_below(const plane *plane, double least);

#endif
