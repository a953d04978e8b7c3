/* Estimates the paper under a drawing: its brightness, which changes slowly across the picture
 * under a lamp or near a window, and its grain. */
#ifndef PICTURE_LIGHT_H
#define PICTURE_LIGHT_H

#include "plane.h"

/* Brightness as a polynomial of second degree in x and y, which range from -1 to 1 over the
 * plane. */
#define LIGHT_TERMS 6
typedef struct light {
    double terms[LIGHT_TERMS]; /* of 1, x, y, x x, x y, y y */
    double noise;              /* standard deviation of the paper around it */
} light;

/* Least squares fit to everything that looks like paper: first around the rim, where drawings are
 * rare, then wherever the plane is close to the prediction of the rim. */
light light_of(const plane *plane);

/* The brightness of the paper at a position. */
double light_at(const light *light, const plane *plane, size_t y, size_t x);

/* Turns brightness into the difference from the paper, below 0 if darker. The plane may be a
 * reduced copy of the one that the light was fitted to. */
void light_take_off(const light *light, plane *plane);

#endif
