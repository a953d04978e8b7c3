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
    .conv2d = {.forward = conv2d_vector_forward,
               .backward_input = conv2d_vector_backward_input,
               .backward_weights = conv2d_vector_backward_weights,
               .axis = SUM_IMAGES,
               .sliced = true,
               .scratch = conv_scratch},
    .conv_block = {.forward = conv_block_forward,
                   .backward_input = conv_block_backward_input,
                   .backward_weights = conv_block_backward_weights,
                   .axis = SUM_IMAGES,
                   .sliced = true,
                   .scratch = conv_scratch},
    .relu = {.forward = relu_forward, .backward_input = relu_backward_input},
    .maxpool2d = {.forward = maxpool2d_forward, .backward_input = maxpool2d_backward_input},
    .dense = {.forward = dense_vector_forward,
              .backward_input = dense_vector_backward_input,
              .backward_weights = dense_vector_backward_weights,
              .axis = SUM_ROWS,
              .sliced = true,
              .scratch = dense_vector_scratch,
              .pieces = dense_vector_pieces,
              .forward_pieces = dense_vector_forward_pieces,
              .forward_sum = dense_vector_forward_sum},
    .dense_block = {.forward = dense_block_forward,
                    .backward_output = dense_block_backward_output,
                    .backward_input = dense_vector_backward_input,
                    .backward_weights = dense_vector_backward_weights,
                    .axis = SUM_ROWS,
                    .sliced = true,
                    .scratch = dense_vector_scratch,
                    .pieces = dense_vector_pieces,
                    .forward_pieces = dense_vector_forward_pieces,
                    .forward_sum = dense_block_forward_sum},
    .softmax_forward = softmax_xent_forward,
    .softmax_backward = softmax_xent_backward,
    .sgd = sgd_step,
    .adam = adam_step,
};
