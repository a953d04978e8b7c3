/* Gives the bytes of a model's or a run's file, for programs without files. */
#include "checkpoint.h"

void *cnn_model_bytes(const cnn_model *model, size_t *size, cnn_error *error) {
    model_image image;
    if (!given(model, "model", error) || !given(size, "size", error) ||
        !model_image_build(&image, model, error))
        return NULL;
    void *bytes = safetensors_bytes(&image.file, size, error);
    model_image_release(&image);
    return bytes;
}

void *cnn_run_bytes(cnn_run *run, size_t *size, cnn_error *error) {
    checkpoint_image image;
    if (!given(run, "run", error) || !given(size, "size", error) ||
        !checkpoint_build(&image, run, error))
        return NULL;
    void *bytes = safetensors_bytes(&image.model.file, size, error);
    checkpoint_release(&image);
    return bytes;
}
