/* Writes drawn digits as PNGs of many kinds, and data sets as IDX files, in the folder of
 * command.h. */
#ifndef TESTS_DRAWN_FOLDER_H
#define TESTS_DRAWN_FOLDER_H

#include "cnn.h"

/* Writes FOLDER/DIGIT/NUMBER.png, `each` of each of the ten digits; FOLDER is made. Drawn clean, on
 * paper, photographed with shade and grain; small, large, wide, of 28 x 28; gray, in colors, from a
 * palette, of 16 bits, transparent. Fails the test without Hershey's fonts. */
void drawn_folder(const char *folder, size_t each);

/* Writes FOLDER/WHICH-images-idx3-ubyte and its labels; WHICH is train or t10k, FOLDER is made. */
void drawn_idx(const char *folder, const char *which, const cnn_dataset *images);

#endif
