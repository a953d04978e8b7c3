/* Copies arrays between channels-last memory and PyTorch's order in files. */
#include "pytorch_layout.h"

#include <string.h>

#define NUMBER_BYTES 4

/* Height, width and channels of a layer's output before flattening: layers without a kernel keep
 * the order of flat values, a dense layer does not. */
static extent unflattened(const cnn_network *network, size_t index) {
    const layer *layer = &network->layers[index];
    while (layer->kind && layer->flat && !layer_kernel_size(layer))
        layer--;
    return layer->shape.y;
}

/* For a dense layer the kernel [h][w][c][k] has the same memory as the matrix [h w c][k]. */
static layout layout_of_kernel(const cnn_network *network, size_t index) {
    const layer *layer = &network->layers[index];
    const layer_shape *g = &layer->shape;
    const extent x = layer->flat ? unflattened(network, index - 1) : (extent){g->r, g->s, g->x.c};
    const size_t k = g->y.c;
    layout layout = {.rank = 4,
                     .shape = {k, x.c, x.h, x.w},
                     .size = {k, x.c, x.h, x.w},
                     .stride = {1, k, x.w * x.c * k, x.c * k}};
    if (layer->flat) {
        layout.rank = 2;
        layout.shape[1] = extent_size(x);
    }
    return layout;
}

/* A flat activation has one index in the file where the loops have three. */
layout layout_of_activation(const cnn_network *network, size_t index, size_t images) {
    const extent y = unflattened(network, index);
    layout layout = {.rank = 4,
                     .shape = {images, y.c, y.h, y.w},
                     .size = {images, y.c, y.h, y.w},
                     .stride = {extent_size(y), 1, y.w * y.c, y.c}};
    if (network->layers[index].flat) {
        layout.rank = 2;
        layout.shape[1] = extent_size(y);
    }
    return layout;
}

layout layout_of_vector(size_t count) {
    return (layout){.rank = 1, .shape = {count}, .size = {1, 1, 1, count}, .stride = {0, 0, 0, 1}};
}

layout layout_of_buffer(const cnn_network *network, size_t index, size_t buffer, size_t images) {
    const layer *layer = &network->layers[index];
    const struct buffer *b = &layer->kind->buffers[buffer];
    if (b->per_image)
        return layout_of_activation(network, index, images);
    return b->initial == INITIAL_KERNEL ? layout_of_kernel(network, index)
                                        : layout_of_vector(layer_buffer_size(layer, buffer));
}

size_t layout_count(const layout *layout) {
    const size_t *size = layout->size;
    return size[0] * size[1] * size[2] * size[3];
}

/* In the order of the file. Writes only the destination. */
static void copy(const layout *layout, unsigned char *memory, unsigned char *file, bool to_file) {
    const size_t *size = layout->size, *stride = layout->stride;
    for (size_t i = 0; i < size[0]; i++)
        for (size_t j = 0; j < size[1]; j++)
            for (size_t k = 0; k < size[2]; k++)
                for (size_t l = 0; l < size[3]; l++, file += NUMBER_BYTES) {
                    const size_t at = i * stride[0] + j * stride[1] + k * stride[2] + l * stride[3];
                    unsigned char *number = memory + at * NUMBER_BYTES;
                    memcpy(to_file ? file : number, to_file ? number : file, NUMBER_BYTES);
                }
}

void layout_to_file(const layout *layout, const void *memory, void *file) {
    copy(layout, (unsigned char *)memory, file, true);
}

void layout_from_file(const layout *layout, const void *file, void *memory) {
    copy(layout, memory, (unsigned char *)file, false);
}
