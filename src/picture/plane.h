/* A gray picture in numbers: what lies between a picture and its fit. */
#ifndef PICTURE_PLANE_H
#define PICTURE_PLANE_H

#include "picture.h"

typedef struct plane {
    size_t height, width;
    float *values; /* [height][width] */
} plane;

/* The picture in gray, 0 to 255, with its longer side cut down to `side` if it is more. False if
 * there is no memory; else values is to be freed. */
bool plane_of_picture(plane *plane, const cnn_picture *picture, size_t side, cnn_error *error);

size_t plane_shorter(const plane *plane);

/* False if there is no memory; else values is to be freed. */
bool plane_copy(const plane *from, plane *to, cnn_error *error);

/* The means of squares of *part a side, the least that gives no more than `side` a side. False if
 * there is no memory; else values is to be freed. */
bool plane_shrink(const plane *plane, size_t side, struct plane *small, size_t *part,
                  cnn_error *error);

/* Each value becomes the mean of three by three: the grain fades. False if there is no memory. */
bool plane_smooth(plane *plane, cnn_error *error);

/* Rows become columns. False if there is no memory. */
bool plane_transpose(plane *plane, cnn_error *error);
void plane_negate(const plane *plane);
/* What is no more than `least` becomes 0. */
void plane_clear_below(const plane *plane, double least);

#endif
