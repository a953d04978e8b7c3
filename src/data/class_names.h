/* Names of classes as text: one a line (lines.h); blank lines may follow the last. */
#ifndef DATA_CLASS_NAMES_H
#define DATA_CLASS_NAMES_H

#include "error.h"

/* The place of the first byte that is not part of a printable UTF-8 character, or length if all
 * are. Control characters are not printable. */
size_t name_first_unprintable(const uint8_t *name, size_t length);

/* Names the classes of the data set, all of them and no more. Each name has 1 to CNN_NAME_SIZE - 1
 * bytes, printable. On failure some may have been named. */
bool class_names_parse(cnn_dataset *dataset, const uint8_t *text, size_t size, cnn_error *error);

#endif
