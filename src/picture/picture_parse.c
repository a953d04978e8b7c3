/* Pictures from the bytes of a PNG: apart from what is done with them, which needs no libpng. */
#include "memory.h"
#include "png_read.h"

#include <stdlib.h>

cnn_picture *cnn_picture_parse(const void *bytes, size_t size, size_t channels, cnn_error *error) {
    if (!given(bytes, "bytes", error) || !picture_channels_sound(channels, error))
        return NULL;
    cnn_picture *picture = memory_new(1, sizeof *picture, error);
    if (picture && !png_decode(picture, bytes, size, channels, error)) {
        free(picture);
        picture = NULL;
    }
    return picture;
}
