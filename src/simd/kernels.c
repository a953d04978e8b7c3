/* All vector kernels as one unit, compiled once per instruction set; exports one table. Layers
 * without a kernel use the book's page, built for the same instruction set. */
#include "conv2d_vector.c"
#include "dense_vector.c"
#include "pages.h"
#include "updates_vector.c"

static const operation vector_conv2d = {.forward = conv2d_vector_forward,
                                        .backward_input = conv2d_vector_backward_input,
                                        .backward_weights = conv2d_vector_backward_weights,
                                        .axis = SUM_IMAGES,
                                        .can_split = true,
                                        .scratch = conv_scratch};

/* With overlapping windows, the gradient of a position is a sum, so these pools are not fused. */
static bool windows_apart(const layer_shape *g) {
    return !g->pool || (g->pool->u >= g->pool->r && g->pool->v >= g->pool->s);
}

static const operation vector_conv_block = {.forward = conv_block_forward,
                                            .backward_input = conv_block_backward_input,
                                            .backward_weights = conv_block_backward_weights,
                                            .axis = SUM_IMAGES,
                                            .can_split = true,
                                            .scratch = conv_scratch,
                                            .fits = windows_apart};

static const operation vector_dense = {.forward = dense_vector_forward,
                                       .backward_input = dense_vector_backward_input,
                                       .backward_weights = dense_vector_backward_weights,
                                       .axis = SUM_ROWS,
                                       .can_split = true,
                                       .scratch = dense_vector_scratch,
                                       .partial_sums = dense_vector_partial_sums,
                                       .forward_partial = dense_vector_forward_partial,
                                       .forward_combine = dense_vector_forward_combine};

static const operation vector_dense_block = {.forward = dense_block_forward,
                                             .backward_output = dense_block_backward_output,
                                             .backward_input = dense_vector_backward_input,
                                             .backward_weights = dense_vector_backward_weights,
                                             .axis = SUM_ROWS,
                                             .can_split = true,
                                             .scratch = dense_vector_scratch,
                                             .partial_sums = dense_vector_partial_sums,
                                             .forward_partial = dense_vector_forward_partial,
                                             .forward_combine = dense_block_forward_sum};

static const kernel vector_kernels[] = {
    {"conv2d", &vector_conv2d},          {"conv2d relu maxpool2d", &vector_conv_block},
    {"conv2d relu", &vector_conv_block}, {"dense", &vector_dense},
    {"dense relu", &vector_dense_block}, {NULL, NULL}};

const ops SIMD_TABLE = {
    .name = SIMD_NAME,
    .instructions = VECTOR_INSTRUCTIONS,
    .roundings = CNN_ROUNDINGS,
    .kernels = vector_kernels,
    BOOK_PAGES(vector_steps),
};
