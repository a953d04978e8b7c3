/* Gray opening: takes away what stands out and is narrower than a window. */
#ifndef PICTURE_OPENING_H
#define PICTURE_OPENING_H

#include "plane.h"

/* Each value becomes the highest that all of some window around it reach, which is its own or less:
 * the paper under whatever is narrower than a window, and the edges of what is wider stay where
 * they are. Windows are 2 radius + 1 a side, or that long and one high. Those that reach over the
 * edge are cut down to the plane; or, if `whole`, are none. False if there is no memory. */
bool open_squares(plane *plane, size_t radius, bool whole, cnn_error *error);
bool open_rows(plane *plane, size_t radius, cnn_error *error);

#endif
