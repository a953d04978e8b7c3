/* A number inside a model as people name it: conv2[4,3,8], fc1.weight.grad[120,3]. */
#ifndef CLI_WHERE_H
#define CLI_WHERE_H

#include "cnn.h"

typedef struct where {
    cnn_tensor tensor;
    size_t index; /* flat, into the tensor */
} where;

/* Fits any name. */
#define WHERE_SIZE (CNN_NAME_SIZE + 96)

/* The index of the image may be left out in a batch of one image, as where_text() does. A refusal
 * has the tensor's shape and an example that works, or the nearest name. */
bool where_read(const cnn_model *model, const char *text, where *where, cnn_error *error);
void where_text(const cnn_tensor *tensor, size_t index, char text[WHERE_SIZE]);
/* The same for a tensor by its name; "" if there is none. */
void where_name(const cnn_model *model, const char *tensor, size_t index, char text[WHERE_SIZE]);

/* Is it a number of the backward pass, which needs a label? */
bool where_backward(const where *where);
/* "row 4, column 3, channel 8", or "" for tensors without such words. */
void where_words(const where *where, char *text, size_t size);

#endif
