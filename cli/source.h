/* Opens networks, models and images, and reports what is wrong with them. */
#ifndef CLI_SOURCE_H
#define CLI_SOURCE_H

#include "content.h"

#define SOURCE_NETWORK "networks/simple.net"
#define SOURCE_DATA "data/mnist"

/* Fills an error of the command. Always false. */
bool source_refuse(cnn_error *error, const char *file, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A NETWORK or MODEL operand: a network text, perhaps with a file of weights, or a model file. Each
 * is read once, so that a pipe works too; "-" is standard input. */
typedef struct source {
    const cnn_network *network;   /* the text's or the model's */
    cnn_model_file *file;         /* NULL: a network text */
    bool from_scratch;            /* false; true: only a model's network is used */
    cnn_network *text_network;    /* owned, for the above */
    content content, weights;     /* weights.name NULL: none */
    cnn_model_file *weights_file; /* if the file of weights is a model, else NULL */
} source;

/* weights may be NULL. An error names any other kind of file. On failure there is nothing to
 * close. */
bool source_open(source *source, const char *path, const char *weights, cnn_error *error);
void source_close(source *source);
/* Is it a model, used with all that it holds? Does it bring weights, its own or from a file? */
bool source_is_model(const source *source);
bool source_trained(const source *source);
/* Were its weights trained on images in MNIST's form? */
cnn_preprocessing source_preprocessing(const source *source);

/* Makes the model of a source that brings weights. Class names and MNIST's form come from their
 * file, if it has them. Beside a network text the normalization is the options', unless NaN, else
 * that of the weights' file, else `measured`; if that is NULL too the weights are refused. */
cnn_model *source_model(const source *source, const cnn_model_options *options,
                        const cnn_normalization *measured, cnn_error *error);
/* Makes the model that training begins with: that one, or a new one if there are no weights. */
cnn_model *source_start(const source *source, const cnn_model_options *options,
                        const cnn_normalization *measured, cnn_error *error);

/* Refuses, by the file's name, a network that does not give one number per class, as training
 * needs. */
bool source_trainable(const cnn_network *network, const char *path, cnn_error *error);

/* The names of the classes of a model file, to be freed; they point into the source. A network text
 * has none: NULL without an error. */
bool source_names(const source *source, const char ***names, cnn_error *error);

/* Loads images with labels from IDX files; those that do not fit the network are refused by the
 * folder's name. */
cnn_dataset *source_images(const char *folder, cnn_split split, const cnn_network *network,
                           cnn_error *error);

/* The file name without folders. */
const char *source_base(const char *path);

#endif
