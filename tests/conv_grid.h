/* 53 shapes of convolutions from oneDNN's benchdnn, on which fast kernels are commonly tried:
 * lengths that fill no vector, kernels larger than the image, deep padding, strides, and layers of
 * well-known networks (AlexNet, VGG-11, ResNet-50, GoogLeNet). */
#ifndef TESTS_CONV_GRID_H
#define TESTS_CONV_GRID_H

#include "ops.h"

enum { CONV_GRID_SHAPES = 53 };

typedef struct conv_shape {
    const char *name;
    extent x, y;                         /* H W C in, P Q K out */
    size_t kernel[2], stride[2], pad[2]; /* down, to the right */
} conv_shape;

extern const conv_shape conv_grid[CONV_GRID_SHAPES];

layer_shape conv_grid_shape(size_t index);

#endif
