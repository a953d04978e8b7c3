/* Finds the files of an IDX data set in a folder by their names: MNIST's own, or the spelling of
 * other distributors.
 *
 *     [SET-]PART-KIND-FORMAT[.gz]   emnist-letters-train-images-idx3-ubyte.gz
 *
 * PART is train, or t10k or test; KIND images or labels; FORMAT idx3-ubyte, idx1-ubyte, or a part
 * of it. Words are separated by any of - . _ and may be in lower or upper case. */
#ifndef DATA_IDX_NAMES_H
#define DATA_IDX_NAMES_H

#include "error.h"

#define IDX_PATH_SIZE 4096 /* PATH_MAX of Linux */
#define IDX_NAME_SIZE 256

typedef enum idx_part { IDX_PART_IMAGES, IDX_PART_LABELS } idx_part;

typedef struct idx_found {
    char path[IDX_PATH_SIZE];
    char set[IDX_NAME_SIZE]; /* in lower case; "" for MNIST's own names */
} idx_found;

/* Finds a file; for labels the caller sets found->set first. MNIST's own name is preferred to
 * others, and a plain file to one with .gz. Refused: no such file, with a similar name if there is
 * one; and files of several sets, or one file in two spellings, where the choice is unclear. */
bool idx_find(idx_found *found, const char *folder, cnn_split split, idx_part part,
              cnn_error *error);

#endif
