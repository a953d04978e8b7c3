/* Useful multiply-adds of a pass: padding and zero gradients are not counted. */
#ifndef ENGINE_NEEDED_H
#define ENGINE_NEEDED_H

#include "fusion.h"

/* Per image, forward. 0 for layers without weights. */
double needed_forward(const cnn_network *network, const fusion *fusion);

/* For this image's dx; dw needs the same number again. y, indices and dy of t are those of the
 * fusion's last layer. */
double needed_backward(const cnn_network *network, const fusion *fusion, const op_args *t,
                       size_t image);

#endif
