/* How many multiply-adds a pass cannot do without: those with positions in the padding, and with
 * numbers of the gradient that are zero, are not counted. */
#ifndef ENGINE_NEEDED_H
#define ENGINE_NEEDED_H

#include "fusion.h"

/* Of one image, forward. 0 for layers without weights. */
double needed_forward(const cnn_network *network, const fusion *fusion);

/* Of this image, for dx, and as many again for dw. y, indices and dy of t are those of the fusion's
 * last layer. */
double needed_backward(const cnn_network *network, const fusion *fusion, const op_args *t,
                       size_t image);

#endif
