/* The internal form of a data set, for code that fills or gathers it. After creation only
 * cnn_dataset_truncate() and cnn_dataset_append() change it; otherwise any number of threads may
 * read it. */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include "cnn.h"

/* More classes than this are considered a mistake. */
#define DATASET_CLASSES_LIMIT ((size_t)1 << 20)

struct cnn_dataset {
    cnn_dataset_info info;        /* images: the visible ones; memory may hold more */
    size_t image_size;            /* height * width * channels: bytes of one image */
    uint8_t *pixels;              /* [images][height][width][channels], one block */
    uint32_t *labels;             /* [images], each below info.classes */
    char (*names)[CNN_NAME_SIZE]; /* [classes], each zero-terminated */
};

/* Allocates a data set of the size in info: pixels and labels are 0, names are numbers. */
cnn_dataset *dataset_blank(const cnn_dataset_info *info, cnn_error *error);

/* The index of the first label not below `classes`, or count if all are. */

#endif
