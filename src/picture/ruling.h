/* Lines that were on the paper before the drawing: squares, rules, a margin, a fold. */
#ifndef PICTURE_RULING_H
#define PICTURE_RULING_H

#include "plane.h"

/* Rubs out thin straight lines that run from edge to edge, dark or light, in any direction: what
 * lies on either side closes over them. Strokes that cross them stay. *count is how many there
 * were. False if there is no memory. */
bool ruling_rub_out(plane *plane, size_t *count, cnn_error *error);

#endif
