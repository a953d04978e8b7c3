/* Detects light that changes at a step: the edge of a shadow, of the page, of a window's light. */
#ifndef PICTURE_STEPS_H
#define PICTURE_STEPS_H

#include "light.h"

/* Whether some of the paper, or of its surroundings, is not explained by smooth light; a wide
 * stroke at the edge may also be reported. `plane` is brightness. False if there is no memory. */
bool steps_found(const plane *plane, const light *light, bool *found, cnn_error *error);

#endif
