/* Models as safetensors: parameters in PyTorch's names and layouts; in the metadata, as strings,
 *
 *   cnn.version                 "1", of this form of file
 *   cnn.network                 the canonical text
 *   cnn.mean, cnn.std     numbers in JSON
 *   cnn.classes                 an array of strings in JSON
 *   cnn.form                    "mnist" if the training images had MNIST's form, else missing
 *   cnn.mistake                 the mistake made on purpose in training, else missing */
#ifndef FILES_MODEL_FILE_H
#define FILES_MODEL_FILE_H

#include "parameters.h"

/* A larger file is neither written nor read. */
#define MODEL_FILE_MAX ((size_t)UINT32_MAX)

/* A copy of sets of parameters and the file made of them. Zeroed, it is empty. */
typedef struct model_image {
    safetensors_image file;
    safetensors_tensor *tensors;
    size_t count; /* of tensors */
    char (*names)[PARAMETER_NAME_SIZE];
    unsigned char *numbers;
} model_image;

/* On failure there is nothing to release. The same model makes the same bytes. */
bool model_image_build(model_image *image, const cnn_model *model, cnn_error *error);
void model_image_release(model_image *image);

/* The parts of it. Copies the sets into tensors, with room behind them for `more`. On failure the
 * image is as far as it got, for model_image_release(). */
bool model_image_collect(model_image *image, const cnn_model *model, const parameter_set *sets,
                         size_t set_count, size_t more, cnn_error *error);
/* Makes the file of the tensors; steals the metadata, NULL for which means no memory. */
bool model_image_finish(model_image *image, json_t *metadata, cnn_error *error);
/* What every model's file says, as strings. Refuses names that could not be read back. */
json_t *model_metadata(const cnn_model *model, cnn_error *error);

/* Its mistake, if it has one, into metadata, and out of those of a file; "": none. */
bool model_put_mistake(json_t *metadata, const cnn_model *model);
bool model_read_mistake(const safetensors *file, char mistake[CNN_NAME_SIZE], cnn_error *error);

/* What a model's file says beside network and parameters. Looks into the file. */
typedef struct model_about {
    cnn_normalization normalization;
    cnn_preprocessing preprocessing;
    char mistake[CNN_NAME_SIZE]; /* "": none */
    json_t *names;               /* of the classes: an array of strings */
} model_about;

/* On failure there is nothing to release. */
bool model_about_read(model_about *about, const safetensors *file, const cnn_network *network,
                      cnn_error *error);
const char *model_about_class(const model_about *about, size_t index);
void model_about_release(model_about *about);

/* Opens a model's file and reads its network. NULL is an error: there is nothing to close then. */
cnn_network *model_file_open(safetensors *file, const void *bytes, size_t size, cnn_error *error);

/* Reading in parts: the network; what belongs to it, without a model; the model, all checks made
 * again. Only tensors that are marked as wanted may be there beside the parameters. */
cnn_network *model_file_network(const safetensors *file, cnn_error *error);
bool model_file_check(safetensors *file, const cnn_network *network, model_about *about,
                      cnn_error *error);
cnn_model *model_file_model(safetensors *file, const cnn_network *network,
                            const cnn_model_options *options, cnn_error *error);
/* Does a model of the same network treat images, and name classes, as the file that was checked
 * says? What it makes of images and what it writes go by that. */
bool model_file_agrees(const safetensors *file, const cnn_model *model, cnn_error *error);
/* The byte where the metadata begin, since jansson does not keep where a value stood. */
size_t model_file_metadata(const safetensors *file);

#endif
