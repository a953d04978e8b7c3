/* Models whose numbers are explained in tests. */
#ifndef TESTS_EXPLAINED_MODEL_H
#define TESTS_EXPLAINED_MODEL_H

#include "cnn.h"

/* Strides, padding, windows that overlap or leave gaps, no bias, average pools, a leaky ReLU. */
cnn_network *odd_network(void);

/* A model with every_layer after forward and backward of a batch. */
cnn_model *passed_model(const cnn_network *network, const char *backend, size_t images);

/* Explains one number in `step` of each tensor. Returns how many; fails the test if the terms do
 * not add up to the number, to the last bit. */
size_t explain_numbers(const cnn_model *model, size_t step);

/* One image of 3 x 3 under a kernel of 2 x 2 with padding, a pool over all, a dense layer of two:
 * numbers that are worked out by hand. */
cnn_model *small_model(void);

/* The network in this file, which is read by the C library alone: in WebAssembly the library reads
 * none. */
cnn_network *network_in_file(const char *path);

#endif
