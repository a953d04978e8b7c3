/* Compiles the rungs as one unit, once per instruction set, with the flags of the vector kernels.
 * It includes the book, whose convolution is rung 3. */
#include "rungs.h"

#include "book.c"
#include "vector.h"

#include "rungs_forward.c"

#include "rungs_dw.c"

const rungs RUNGS_TABLE = {
    .name = SIMD_NAME,
    .instructions = VECTOR_INSTRUCTIONS,
    .roundings = CNN_ROUNDINGS,
    .book = &BOOK_TABLE,
    .forward = {{"channels first", forward_channels_first, RUNG_Y, true},
                {"channels last", forward_channels_last, RUNG_Y, false},
                {"lanes along k (the book)", conv2d_forward, RUNG_Y, false},
                {"no edges", forward_no_edges, RUNG_Y, false},
                {"sums in registers", forward_registers, RUNG_Y, false},
                {"vector types", forward_vectors, RUNG_Y, false},
                {"then ReLU and pool", forward_then_pool, RUNG_POOLED, false},
                {"ReLU and pool fused", forward_fused, RUNG_POOLED, false}},
    .dw = {{"channels first", dw_channels_first, RUNG_DW, true},
           {"channels last", dw_channels_last, RUNG_DW, false},
           {"lanes along k (the book)", conv2d_backward_weights, RUNG_DW, false},
           {"no edges", dw_no_edges, RUNG_DW, false},
           {"sums in registers", dw_registers, RUNG_DW, false},
           {"vector types", dw_vectors, RUNG_DW, false},
           {"zeros left out", dw_no_zeros, RUNG_DW, false},
           {"zeros left out, by channel", dw_by_channel, RUNG_DW, false}},
};
