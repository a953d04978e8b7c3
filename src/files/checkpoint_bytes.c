/* A run as the bytes that its checkpoint has. */
#include "checkpoint.h"

void *cnn_run_bytes(cnn_run *run, size_t *size, cnn_error *error) {
    checkpoint_image image;
    if (!given(run, "run", error) || !given(size, "size", error) ||
        !checkpoint_build(&image, run, error))
        return NULL;
    void *bytes = safetensors_bytes(&image.model.file, size, error);
    checkpoint_release(&image);
    return bytes;
}
