/* Images that a user names, as input pixels of a network. */
#ifndef CLI_PIXELS_H
#define CLI_PIXELS_H

#include "cnn.h"

typedef struct pixels {
    uint8_t *bytes; /* [count][height][width][channels] of the network's input */
    size_t count;
    bool many; /* from an IDX file, which may have more than one */
} pixels;

/* Reads the file, PNG or IDX (plain or gzip), or standard input if path is "-"; from IDX the first
 * `limit`, 0 for all. A PNG is brought into the model's form: cnn_model_prepare(). Images of IDX
 * are a data set already: they are only stretched. On failure, which names the file, there is
 * nothing to free. */
bool pixels_read(pixels *pixels, const char *path, const cnn_model *model, bool fit, size_t limit,
                 cnn_error *error);
/* Stretches the images of a data set to the model's input. Call pixels_free() in either case. */
bool pixels_stretch(pixels *pixels, const cnn_dataset *images, const cnn_model *model,
                    cnn_error *error);
void pixels_free(pixels *pixels);

#endif
