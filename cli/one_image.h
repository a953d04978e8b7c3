/* One image for a model, set as a batch of one. */
#ifndef CLI_ONE_IMAGE_H
#define CLI_ONE_IMAGE_H

#include "options.h"

/* Which image, and its class. */
typedef struct one_image_flags {
    const char *label; /* the name or number of its class; NULL: not given */
    uint64_t index;    /* in a file or a folder with several */
    bool no_fit;
} one_image_flags;

/* Add them with option_group {ONE_IMAGE_ROWS, offset of the struct}. */
#define ONE_IMAGE_ROW_COUNT 3
extern const option one_image_rows[ONE_IMAGE_ROW_COUNT];
#define ONE_IMAGE_ROWS one_image_rows, ONE_IMAGE_ROW_COUNT

/* Sets the image of `path`: a PNG, IDX images, or the folder of a data set, from which it takes a
 * test image. *label is its class, SIZE_MAX if unknown: then the labels of the batch, the losses
 * and the gradients mean nothing. */
bool one_image_set(cnn_model *model, const char *path, const one_image_flags *flags, size_t *label,
                   cnn_error *error);

#endif
