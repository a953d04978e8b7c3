/* Images that a user names, made into what a network takes. */
#ifndef CLI_PIXELS_H
#define CLI_PIXELS_H

#include "cnn.h"

typedef struct pixels {
    uint8_t *bytes; /* [count][height][width][channels] of the network's input */
    size_t count;
    bool many; /* of an IDX file, which may have more than one */
} pixels;

/* What is in the file, PNG or IDX (plain or gzip), or in standard input if path is "-"; of IDX the
 * first `limit`, 0 for all. A PNG is fitted into MNIST's form if `fit`, else stretched to the
 * network's size. Images of IDX are a data set already: they are only stretched. On failure, which
 * names the file, there is nothing to free. */
bool pixels_read(pixels *pixels, const char *path, const cnn_layer_info *input, bool fit,
                 size_t limit, cnn_error *error);
void pixels_free(pixels *pixels);

#endif
