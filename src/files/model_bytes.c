/* A model as the bytes that its file has. */
#include "model_file.h"

void *cnn_model_bytes(const cnn_model *model, size_t *size, cnn_error *error) {
    model_image image;
    if (!given(model, "model", error) || !given(size, "size", error) ||
        !model_image_build(&image, model, error))
        return NULL;
    void *bytes = safetensors_bytes(&image.file, size, error);
    model_image_release(&image);
    return bytes;
}
