/* One image for a model, which is set as a batch of its own. */
#ifndef CLI_ONE_IMAGE_H
#define CLI_ONE_IMAGE_H

#include "options.h"

/* What is asked for. */
typedef struct one_image_flags {
    const char *label; /* the name or number of its class; NULL: not said */
    uint64_t index;    /* of a file or a folder that has many */
    bool no_fit;
} one_image_flags;

/* Add them with option_group {ONE_IMAGE_ROWS, offset of the struct}. */
#define ONE_IMAGE_ROW_COUNT 3
extern const option one_image_rows[ONE_IMAGE_ROW_COUNT];
#define ONE_IMAGE_ROWS one_image_rows, ONE_IMAGE_ROW_COUNT

/* Sets the image of `path`: a PNG, IDX images, or the folder of a data set, of which it is a test
 * image. *label is its class, SIZE_MAX if nothing says it: then the labels of the batch and all
 * that follows from them mean nothing. */
bool one_image_set(cnn_model *model, const char *path, const one_image_flags *flags, size_t *label,
                   cnn_error *error);

#endif
