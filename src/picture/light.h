/* The paper under a drawing, or whatever else lies under one: its brightness, which changes slowly
 * from side to side where a lamp or a window lights it, and its grain. */
#ifndef PICTURE_LIGHT_H
#define PICTURE_LIGHT_H

#include "plane.h"

/* Brightness as a polynomial of second degree in x and y, which run from -1 to 1 over the plane. */
#define LIGHT_TERMS 6
typedef struct light {
    double terms[LIGHT_TERMS]; /* of 1, x, y, x x, x y, y y */
    double noise;              /* standard deviation of the paper around it */
} light;

/* By least squares over all that looks like paper: first around the rim, where few draw, then
 * wherever the plane is close to what the rim foretells. */
light light_of(const plane *plane);

/* The brightness of the paper under a place. */
double light_at(const light *light, const plane *plane, size_t y, size_t x);

/* Brightness becomes the distance from the paper, below it if dark, else above. The plane may be a
 * smaller copy of the one whose light it is. */
void light_take_off(const light *light, plane *plane);

#endif
