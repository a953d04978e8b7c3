/* Models as safetensors: parameters in PyTorch's names and layouts; in the metadata, as strings,
 *
 *   cnn.version                 "1", of this form of file
 *   cnn.network                 the canonical text
 *   cnn.mean, cnn.deviation     numbers in JSON
 *   cnn.classes                 an array of strings in JSON
 *   cnn.form                    "mnist" if the training images had MNIST's form, else missing */
#ifndef FILES_MODEL_FILE_H
#define FILES_MODEL_FILE_H

#include "safetensors.h"

/* A larger file is neither written nor read. */
#define MODEL_FILE_MAX ((size_t)UINT32_MAX)

/* A copy of the parameters and the file made of them. */
typedef struct model_image {
    safetensors_image file;
    safetensors_tensor *tensors;
    char (*names)[CNN_NAME_SIZE];
    unsigned char *numbers;
} model_image;

/* On failure there is nothing to release. The same model makes the same bytes. */
bool model_image_build(model_image *image, const cnn_model *model, cnn_error *error);
void model_image_release(model_image *image);

/* Takes parameters from a file's bytes, whatever its metadata. On failure the model is unchanged.
 */
bool model_take_weights(cnn_model *model, const void *bytes, size_t size, cnn_error *error);

#endif
