/* Models as safetensors: parameters with PyTorch's names and layouts; in the metadata, as strings,
 *
 *   cnn.version                 "1", the version of this format
 *   cnn.network                 the canonical text
 *   cnn.mean, cnn.deviation     numbers in JSON
 *   cnn.classes                 an array of strings in JSON
 *   cnn.form                    "mnist" if the training images had MNIST's form, else missing
 *   cnn.mistake                 the mistake made on purpose in training, else missing */
#ifndef FILES_MODEL_FILE_H
#define FILES_MODEL_FILE_H

#include "parameters.h"

/* Larger files are neither written nor read. */
#define MODEL_FILE_MAX ((size_t)UINT32_MAX)

/* A copy of sets of parameters, and the file made from them. Zeroed, it is empty. */
typedef struct model_image {
    safetensors_image file;
    safetensors_tensor *tensors;
    size_t count; /* of the tensors */
    char (*names)[PARAMETER_NAME_SIZE];
    unsigned char *numbers;
} model_image;

/* On failure there is nothing to release. The same model gives the same bytes. */
bool model_image_build(model_image *image, const cnn_model *model, cnn_error *error);
void model_image_release(model_image *image);

/* The steps of model_image_build(). Copies the sets into tensors, with room for `more` after them.
 * On failure the image is partly filled, for model_image_release(). */
bool model_image_collect(model_image *image, const cnn_model *model, const parameter_set *sets,
                         size_t set_count, size_t more, cnn_error *error);
/* Makes the file from the tensors; takes over the metadata, NULL for which means no memory. */
bool model_image_finish(model_image *image, json_t *metadata, cnn_error *error);
/* The metadata of every model file. Refuses names that could not be read back. */
json_t *model_metadata(const cnn_model *model, cnn_error *error);

/* Put a model's mistake, if it has one, into metadata, and read it from a file's; "": none. */
bool model_put_mistake(json_t *metadata, const cnn_model *model);
bool model_read_mistake(const safetensors *file, char mistake[CNN_NAME_SIZE], cnn_error *error);

/* The contents of a model file apart from network and parameters. Points into the file. */
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

/* Opens a model file and reads its network. NULL is an error, with nothing to close. */
cnn_network *model_file_open(safetensors *file, const void *bytes, size_t size, cnn_error *error);

/* Reading in parts: the network; everything else, without a model; the model, with all checks
 * repeated. Apart from the parameters, only tensors that the caller has marked are allowed. */
cnn_network *model_file_network(const safetensors *file, cnn_error *error);
bool model_file_check(safetensors *file, const cnn_network *network, model_about *about,
                      cnn_error *error);
cnn_model *model_file_model(safetensors *file, const cnn_network *network,
                            const cnn_model_options *options, cnn_error *error);
/* Whether a model of the same network prepares images and names classes as the validated file says,
 * since its predictions and files depend on that. */
bool model_file_agrees(const safetensors *file, const cnn_model *model, cnn_error *error);
/* The byte where the metadata begin; jansson does not keep the positions of values. */
size_t model_file_metadata(const safetensors *file);

#endif
