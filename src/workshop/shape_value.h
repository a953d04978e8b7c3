/* The sizes of a layer by the names that exercises have for them. */
#ifndef WORKSHOP_SHAPE_VALUE_H
#define WORKSHOP_SHAPE_VALUE_H

#include "ops.h"

/* "N", "H", "stride", "slope", ...; 0 for a name that a layer does not have. kind: its word. */
double shape_value(const layer_shape *g, const char *kind, size_t images, const char *name);

#endif
