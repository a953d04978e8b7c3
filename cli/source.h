/* Where networks, models and images come from, and the words for what is wrong with them. */
#ifndef CLI_SOURCE_H
#define CLI_SOURCE_H

#include "content.h"

#define SOURCE_NETWORK "networks/simple.net"
#define SOURCE_DATA "data/mnist"

/* Fills an error of the command's own. Always false. */
bool source_refuse(cnn_error *error, const char *file, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What a NETWORK or MODEL operand names: a network text, or a model file; and with a text perhaps a
 * file of weights. Each is read once, so that a pipe serves too; "-" is standard input. */
typedef struct source {
    const cnn_network *network;   /* the text's or the model's */
    cnn_model_file *file;         /* NULL: a network text */
    bool from_scratch;            /* false; true: of a model only the network counts */
    cnn_network *text_network;    /* what is owned for the above */
    content content, weights;     /* weights.name NULL: none */
    cnn_model_file *weights_file; /* of weights that a model's file holds, else NULL */
} source;

/* weights may be NULL. Any other kind of file is called by its name. On failure there is nothing to
 * close. */
bool source_open(source *source, const char *path, const char *weights, cnn_error *error);
void source_close(source *source);
/* Is it a model, with all that it says? Does it bring weights, whosever? */
bool source_is_model(const source *source);
bool source_trained(const source *source);
/* Do its weights come from images in MNIST's form? */
cnn_preprocessing source_preprocessing(const source *source);

/* The model of a source that brings weights. Class names and MNIST's form come from their file, if
 * it has them. The options' normalization, NaN where it is not given, counts only beside a network
 * text; then comes that of the weights' file, then `measured`; if that is NULL too the weights are
 * refused. */
cnn_model *source_model(const source *source, const cnn_model_options *options,
                        const cnn_normalization *measured, cnn_error *error);
/* The model that training begins with: that one, or, where there are no weights, a new one. */
cnn_model *source_start(const source *source, const cnn_model_options *options,
                        const cnn_normalization *measured, cnn_error *error);

/* A network that gives one number per class, as training wants; refused by the file's name. */
bool source_trainable(const cnn_network *network, const char *path, cnn_error *error);

/* The names of the classes of a model file, to be freed; they point into the source. A network text
 * has none: NULL without an error. */
bool source_names(const source *source, const char ***names, cnn_error *error);

/* Images with labels from IDX files that fit the network; those that do not are refused by the
 * folder's name. */
cnn_dataset *source_images(const char *folder, cnn_split split, const cnn_network *network,
                           cnn_error *error);

/* The file name alone. */
const char *source_base(const char *path);

#endif
