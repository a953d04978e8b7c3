/* Separates a drawing from what it was drawn on. */
#ifndef PICTURE_INK_H
#define PICTURE_INK_H

#include "plane.h"

/* Turns brightness into ink: 0 for paper, 1 for the strength of the strokes; dust is removed. Works
 * for light strokes on dark as for dark ones on light. Refused: a plane without strokes. */
bool ink_find(plane *plane, cnn_error *error);

#endif
