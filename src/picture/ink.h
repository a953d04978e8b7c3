/* What was drawn, apart from what it was drawn on. */
#ifndef PICTURE_INK_H
#define PICTURE_INK_H

#include "plane.h"

/* Turns brightness into ink: 0 paper, 1 as strong as the strokes are, and dust away; light strokes
 * on dark are as good as dark ones on light. Refused: a plane from which nothing stands out. */
bool ink_find(plane *plane, cnn_error *error);

#endif
