/* The mistake made on purpose, in the metadata of a model's file. */
#include "class_names.h"
#include "model_file.h"
#include "shown.h"

#include <string.h>

#define MISTAKE_KEY "cnn.mistake"

bool model_put_mistake(json_t *metadata, const cnn_model *model) {
    return !model->mistake[0] ||
           !json_object_set_new(metadata, MISTAKE_KEY, json_string(model->mistake));
}

/* Accepts any short name: a later library may know mistakes that this one does not. */
bool model_read_mistake(const safetensors *file, char mistake[CNN_NAME_SIZE], cnn_error *error) {
    const char *name = safetensors_metadata(file, MISTAKE_KEY);
    const size_t length = name ? strlen(name) : 0;
    if (name && (!length || length >= CNN_NAME_SIZE ||
                 name_first_unprintable((const uint8_t *)name, length) < length))
        return error_at(error, model_file_metadata(file), MISTAKE_KEY " is \"%s\", no name",
                        show_name(name).text);
    memcpy(mistake, length ? name : "", length + 1);
    return true;
}
