/* Loads images for a network from IDX files or folders of PNGs. */
#ifndef CLI_IMAGES_H
#define CLI_IMAGES_H

#include "parts.h"

#include <jansson.h>

typedef enum images_kind {
    IMAGES_IDX,
    IMAGES_PARTS,  /* train/, val/, test/, or some of them */
    IMAGES_CLASSES /* a sub-folder per class */
} images_kind;

/* A folder as given by --data, examined once. It holds IDX files; or parts, each with a sub-folder
 * of PNGs per class; or such sub-folders directly: then training on it has no test images, and a
 * test uses them all. */
typedef struct images_folder {
    const char *path;
    bool skip_bad; /* leaves out unusable pictures: each is named on standard error, and their
                      number at the end */
    images_kind kind;
    parts parts;
} images_folder;

/* Refuses other content; names on standard error the sub-folders that are not parts. */
bool images_look(images_folder *folder, const char *path, bool skip_bad, cnn_error *error);
bool images_have(const images_folder *folder, image_part part);

/* All images get the size of the network's input; IDX files of another size are refused, PNGs are
 * fitted into MNIST's form if `fit`, else stretched. Where folders have names, `names` decides the
 * labels; NULL: the order of the folders does. */
cnn_dataset *images_to_train(const images_folder *folder, bool fit, const cnn_network *network,
                             const char *const *names, cnn_error *error);
/* Loads the folder's validation part; labels depend on the names of the classes that are trained
 * on. */
cnn_dataset *images_to_validate(const images_folder *folder, bool fit, const cnn_dataset *train,
                                cnn_error *error);
/* The model's names of classes, to be freed; they point into the model. */
const char **images_names(const cnn_model *model, cnn_error *error);
/* Loads images as the model takes them, cnn_model_pictures(). Where folders have names, labels
 * depend on the model's names of classes. limit 0: all images; else only the first `limit` pictures
 * are read. *paths receives the path of each picture, unless it is NULL; IDX has none. */
cnn_dataset *images_to_test(const images_folder *folder, bool fit, const cnn_model *model,
                            size_t limit, json_t **paths, cnn_error *error);

#endif
