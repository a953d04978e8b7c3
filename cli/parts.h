/* Finds the parts of a folder of pictures: train/, val/ and test/, each with a sub-folder per
 * class. */
#ifndef CLI_PARTS_H
#define CLI_PARTS_H

#include "cnn.h"

typedef enum image_part { PART_TRAIN, PART_VALIDATION, PART_TEST, PART_COUNT } image_part;

#define PART_NAME 256

typedef struct parts {
    bool any;                          /* else the folder has no parts, but perhaps classes */
    bool folders;                      /* there is a sub-folder */
    char names[PART_COUNT][PART_NAME]; /* the sub-folder's spelling, or "" */
    char twin[PART_NAME];              /* a second name of one part, or "" */
    char unused[PART_NAME]; /* "extra/, old/": sub-folders that are no parts; cut short */
} parts;

/* Names are train or training, val, valid or validation, test or testing, in capitals or not. They
 * are parts if any of them has sub-folders: train may be the class of trains. Two folders of one
 * part are refused, and folders that cannot be listed. */
bool parts_find(parts *parts, const char *folder, cnn_error *error);

#endif
