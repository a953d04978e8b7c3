/* The book as one unit: its pages below, and the one table it exports. Built once for each number
 * type and instruction set; BOOK_TABLE names the table, CNN_REAL the type. */
#include "adam.c"
#include "conv2d.c"
#include "dense.c"
#include "maxpool2d.c"
#include "relu.c"
#include "sgd.c"
#include "softmax_xent.c"

const ops BOOK_TABLE = {
    .name = "ref",
    .instructions = "plain loops",
    .roundings = CNN_ROUNDINGS,
    .conv2d = {.forward = conv2d_forward,
               .backward_input = conv2d_backward_input,
               .backward_weights = conv2d_backward_weights,
               .axis = SUM_IMAGES},
    .relu = {.forward = relu_forward, .backward_input = relu_backward_input},
    .maxpool2d = {.forward = maxpool2d_forward, .backward_input = maxpool2d_backward_input},
    .dense = {.forward = dense_forward,
              .backward_input = dense_backward_input,
              .backward_weights = dense_backward_weights,
              .axis = SUM_ROWS,
              .scratch = dense_scratch},
    .softmax_forward = softmax_xent_forward,
    .softmax_backward = softmax_xent_backward,
    .sgd = sgd_step,
    .adam = adam_step,
};
