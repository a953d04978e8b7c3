/* The vector kernels as one unit, compiled once per instruction set; it exports one table. What has
 * no kernel of its own is the book's page, built for the same instruction set. */
#include "adam.c"
#include "conv2d_vector.c"
#include "dense_vector.c"
#include "maxpool2d.c"
#include "relu.c"
#include "sgd.c"
#include "softmax_xent.c"

const ops SIMD_TABLE = {
    .name = SIMD_NAME,
    .instructions = VECTOR_INSTRUCTIONS,
    .roundings = CNN_ROUNDINGS,
    .conv2d = {conv2d_vector_forward, conv2d_vector_backward_input, conv2d_vector_backward_weights,
               SUM_IMAGES, true, conv_scratch},
    .conv_block = {conv_block_forward, conv_block_backward_input, conv_block_backward_weights,
                   SUM_IMAGES, true, conv_scratch},
    .relu = {.forward = relu_forward, .backward_input = relu_backward_input},
    .maxpool2d = {.forward = maxpool2d_forward, .backward_input = maxpool2d_backward_input},
    .dense = {dense_vector_forward, dense_vector_backward_input, dense_vector_backward_weights,
              SUM_ROWS, true, dense_vector_scratch, dense_vector_pieces,
              dense_vector_forward_pieces, dense_vector_forward_sum},
    .softmax_forward = softmax_xent_forward,
    .softmax_backward = softmax_xent_backward,
    .sgd = sgd_step,
    .adam = adam_step,
};
