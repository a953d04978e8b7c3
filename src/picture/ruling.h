/* Removes lines that were on the paper before the drawing: squares, rules, a margin, a fold. */
#ifndef PICTURE_RULING_H
#define PICTURE_RULING_H

#include "plane.h"

/* Removes thin straight lines that run from edge to edge, dark or light, in any direction, by
 * filling them from both sides. Strokes across them remain. *count is the number of removed lines.
 * False if there is no memory. */
bool ruling_rub_out(plane *plane, size_t *count, cnn_error *error);

#endif
