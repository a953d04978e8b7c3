/* The files of an IDX data set in a folder, by their names: as MNIST gave them, or in the spelling
 * of those that passed them on.
 *
 *     [SET-]PART-KIND-FORMAT[.gz]   emnist-letters-train-images-idx3-ubyte.gz
 *
 * PART is train, or t10k or test; KIND images or labels; FORMAT idx3-ubyte, idx1-ubyte, or a piece
 * of it. Any of - . _ parts the words, in small letters or capitals. */
#ifndef DATA_IDX_NAMES_H
#define DATA_IDX_NAMES_H

#include "error.h"

#define IDX_PATH_SIZE 4096 /* as Linux: PATH_MAX */
#define IDX_NAME_SIZE 256

typedef enum idx_part { IDX_PART_IMAGES, IDX_PART_LABELS } idx_part;

typedef struct idx_found {
    char path[IDX_PATH_SIZE];
    char set[IDX_NAME_SIZE]; /* in small letters; "" as MNIST has it */
} idx_found;

/* Looks for a file; of labels found->set says beforehand of which set. MNIST's own name goes before
 * others, a plain file before one with .gz. Refused: no such file, with a name that is nearly right
 * if there is one; and files of more than one set, or one in two spellings, so that it is unclear
 * which is meant. */
bool idx_find(idx_found *found, const char *folder, cnn_split split, idx_part part,
              cnn_error *error);

#endif
