/* Gray opening: removes bright structures narrower than a window. */
#ifndef PICTURE_OPENING_H
#define PICTURE_OPENING_H

#include "plane.h"

/* Replaces each value by the largest minimum of the windows that contain it, which is at most the
 * value: the paper under everything narrower than a window; the edges of wider structures do not
 * move. Windows are 2 radius + 1 per side, or that long and one high. Windows that cross the edge
 * are clipped to the plane; if `whole`, they are not used. False if there is no memory. */
bool open_squares(plane *plane, size_t radius, bool whole, cnn_error *error);
bool open_rows(plane *plane, size_t radius, cnn_error *error);

#endif
