/* Light that changes at a step: the edge of a shadow, of the page, of a window's light. */
#ifndef PICTURE_STEPS_H
#define PICTURE_STEPS_H

#include "light.h"

/* Is there paper, or what lies beside it, that smooth light does not explain? `plane` is
 * brightness. What says so may also be a wide stroke at the edge. False if there is no memory. */
bool steps_found(const plane *plane, const light *light, bool *found, cnn_error *error);

#endif
