/* Images for a network, from IDX files or from folders of PNGs. */
#ifndef CLI_IMAGES_H
#define CLI_IMAGES_H

#include "cnn.h"

/* A folder as --data names it holds IDX files; or train/ and test/, each with a sub-folder of PNGs
 * per class; or such sub-folders at once: then a training on it has no test images, and a test
 * takes them all. skip_bad leaves out pictures that cannot be read: each is named on standard
 * error, and at the end how many they were. All images fit the network, or are refused by the
 * folder's name; PNGs are made fit. Where folders have names, labels go by `names`; NULL: by the
 * order of the folders. */
cnn_dataset *images_to_train(const char *folder, bool skip_bad, const cnn_network *network,
                             const char *const *names, cnn_error *error);

/* False: a training has none. True says nothing about their being in order. */
bool images_have_test(const char *folder);

/* The model's names of classes, to be freed; they point into the model. */
const char **images_names(const cnn_model *model, cnn_error *error);

/* Where folders have names, labels go by the model's names of classes. */
cnn_dataset *images_to_test(const char *folder, bool skip_bad, const cnn_model *model,
                            cnn_error *error);

#endif
