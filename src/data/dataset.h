/* A data set from the inside, for those that fill or gather it. Once made it changes by
 * cnn_dataset_truncate() and cnn_dataset_append() alone; between whiles any number of threads may
 * read it. */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include "cnn.h"

/* More classes than this are taken for a slip, not a task. */
#define DATASET_CLASSES_LIMIT ((size_t)1 << 20)

struct cnn_dataset {
    cnn_dataset_info info;        /* images: those in sight; there may be memory for more */
    size_t image_size;            /* height * width * channels: bytes of one image */
    uint8_t *pixels;              /* [images][height][width][channels], one block */
    uint32_t *labels;             /* [images], each below info.classes */
    char (*names)[CNN_NAME_SIZE]; /* [classes], each ended by 0 */
};

/* Room for what info says, to be filled: pixels and labels are 0, names are numbers. */
cnn_dataset *dataset_blank(const cnn_dataset_info *info, cnn_error *error);

/* The place of the first label that is not below `classes`, or count if all are. */

#endif
