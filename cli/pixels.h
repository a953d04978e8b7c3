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
 * first `limit`, 0 for all. A PNG is made what the model wants: cnn_model_prepare(). Images of IDX
 * are a data set already: they are only stretched. On failure, which names the file, there is
 * nothing to free. */
bool pixels_read(pixels *pixels, const char *path, const cnn_model *model, bool fit, size_t limit,
                 cnn_error *error);
/* The images of a data set, stretched to the model's input. pixels_free() in either case. */
bool pixels_stretch(pixels *pixels, const cnn_dataset *images, const cnn_model *model,
                    cnn_error *error);
void pixels_free(pixels *pixels);

#endif
