/* A grey picture in numbers: what lies between a picture and its fit. */
#ifndef DATA_PLANE_H
#define DATA_PLANE_H

#include "picture.h"

typedef struct plane {
    size_t height, width;
    float *values; /* [height][width] */
} plane;

/* The picture in grey, 0 to 255, with its longer side cut down to `side` if it is more. False if
 * there is no memory; else values is to be freed. */
bool plane_of_picture(plane *plane, const cnn_picture *picture, size_t side, cnn_error *error);

/* Clears every patch of values above 0 (touching sides or corners make one patch) that holds less
 * than a fiftieth of the largest: dust. If the largest does not touch the edge of the plane, those
 * that do are cleared too: the rim of the paper, the table, a shadow. */
bool plane_clean(plane *plane, cnn_error *error);

#endif
