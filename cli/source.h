/* Where networks, models and images come from. */
#ifndef CLI_SOURCE_H
#define CLI_SOURCE_H

#include "cnn.h"

#define SOURCE_NETWORK "networks/simple.net"
#define SOURCE_DATA "data/mnist"

/* Fills an error of the command's own. Always false. */
bool source_refuse(cnn_error *error, const char *file, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether the file's first bytes are those of a model and not of a network text. False if it cannot
 * be read. */
bool source_look(const char *path, bool *model, cnn_error *error);

/* A model file. A network text is refused with what to do. */
cnn_model *source_model(const char *path, const cnn_model_options *options, cnn_error *error);

/* A network from a text, or that of a model. */
cnn_network *source_network(const char *path, cnn_error *error);

/* A network that gives one number per class, as training wants; refused by the file's name. */
bool source_trainable(const cnn_network *network, const char *path, cnn_error *error);

/* Images with labels from IDX files that fit the network; those that do not are refused by the
 * folder's name. */
cnn_dataset *source_images(const char *folder, cnn_split split, const cnn_network *network,
                           cnn_error *error);

/* The file name alone. */
const char *source_base(const char *path);

#endif
