/* Images for a network, from IDX files or from folders of PNGs. */
#ifndef CLI_IMAGES_H
#define CLI_IMAGES_H

#include "parts.h"

#include <jansson.h>

typedef enum images_kind {
    IMAGES_IDX,
    IMAGES_PARTS,  /* train/, val/, test/, or some of them */
    IMAGES_CLASSES /* a sub-folder per class */
} images_kind;

/* A folder as --data names it, looked through once. It holds IDX files; or parts, each with a
 * sub-folder of PNGs per class; or such sub-folders at once: then a training on it has no test
 * images, and a test takes them all. */
typedef struct images_folder {
    const char *path;
    bool skip_bad; /* leaves out pictures that cannot be used: each is named on standard error, and
                      at the end how many they were */
    images_kind kind;
    parts parts;
} images_folder;

/* Refuses what is neither; says on standard error which sub-folders are no parts. */
bool images_look(images_folder *folder, const char *path, bool skip_bad, cnn_error *error);
bool images_have(const images_folder *folder, image_part part);

/* All images have the size of the network's input; IDX files of others are refused, PNGs are made
 * so: fitted into MNIST's form if `fit`, else stretched. Where folders have names, labels go by
 * `names`; NULL: by the order of the folders. */
cnn_dataset *images_to_train(const images_folder *folder, bool fit, const cnn_network *network,
                             const char *const *names, cnn_error *error);
/* Of the folder's own part for it; labels go by the names of the classes that are trained on. */
cnn_dataset *images_to_validate(const images_folder *folder, bool fit, const cnn_dataset *train,
                                cnn_error *error);
/* The model's names of classes, to be freed; they point into the model. */
const char **images_names(const cnn_model *model, cnn_error *error);
/* As the model wants them, cnn_model_pictures(). Where folders have names, labels go by the model's
 * names of classes. limit 0: all images; else the first so many, and no other
 * picture is read. The path of each picture goes into *paths, unless that is NULL; IDX has none.
 */
cnn_dataset *images_to_test(const images_folder *folder, bool fit, const cnn_model *model,
                            size_t limit, json_t **paths, cnn_error *error);

#endif
