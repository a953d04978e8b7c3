/* Class names as text: one per line (lines.h); blank lines may follow the last. */
#ifndef DATA_CLASS_NAMES_H
#define DATA_CLASS_NAMES_H

#include "error.h"
#include "printable.h"

/* Names exactly all classes of the data set. Each name has 1 to CNN_NAME_SIZE - 1 bytes, printable.
 * On failure some may have been named. */
bool class_names_parse(cnn_dataset *dataset, const uint8_t *text, size_t size, cnn_error *error);

#endif
