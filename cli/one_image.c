/* Sets one image of a model, prepared as predict and eval do. */
#define _POSIX_C_SOURCE 200809L
#include "one_image.h"

#include "closest.h"
#include "decimal.h"
#include "images.h"
#include "pixels.h"
#include "source.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const option one_image_rows[ONE_IMAGE_ROW_COUNT] = {
    ROW_TEXT(one_image_flags, label, "--label", "CLASS", "the true class, if IMAGE has none"),
    ROW_COUNT(one_image_flags, index, "--index", "of many, from 0", 0, 1e9),
    ROW_SWITCH(one_image_flags, no_fit, "--no-fit", "only stretch a PNG"),
};

static bool is_folder(const char *path) {
    struct stat about;
    return !stat(path, &about) && S_ISDIR(about.st_mode);
}

/* The class of this name, or else of this number. */
static bool find_class(const cnn_model *model, const char *name, size_t *label, cnn_error *error) {
    const size_t classes = cnn_network_class_count(cnn_model_network(model));
    closest near = {.typed = name, .length = strlen(name)};
    uint64_t number;
    for (size_t i = 0; i < classes; i++) {
        closest_offer(&near, cnn_model_class_at(model, i));
        if (!strcmp(name, cnn_model_class_at(model, i))) {
            *label = i;
            return true;
        }
    }
    if (decimal_whole(name, classes - 1, &number)) {
        *label = (size_t)number;
        return true;
    }
    return source_refuse(
        error, "", "--label %.60s: no such class; there are %zu, from %s to %s%s%s", name, classes,
        cnn_model_class_at(model, 0), cnn_model_class_at(model, classes - 1),
        near.word[0] ? ", such as " : "", near.word);
}

static bool refuse_index(const char *path, uint64_t index, size_t images, cnn_error *error) {
    return source_refuse(error, path, "has %zu image%s, counted from 0: there is no number %llu",
                         images, images == 1 ? "" : "s", (unsigned long long)index);
}

/* A test image with its class. */
static bool set_from_folder(cnn_model *model, const char *path, const one_image_flags *flags,
                            size_t *label, cnn_error *error) {
    images_folder folder;
    if (!images_look(&folder, path, false, error))
        return false;
    cnn_dataset *images = images_to_test(&folder, !flags->no_fit, model, 0, NULL, error);
    const size_t count = images ? cnn_dataset_get_info(images).images : 0;
    const uint32_t index = (uint32_t)flags->index;
    bool ok = images;
    if (ok && flags->index >= count)
        ok = refuse_index(path, flags->index, count, error);
    if (ok)
        *label = (size_t)cnn_dataset_label_at(images, index);
    ok = ok && cnn_model_set_batch(model, images, &index, 1, error);
    cnn_dataset_free(images);
    return ok;
}

/* With class 0, which a flag may replace. */
static bool set_bytes(cnn_model *model, const uint8_t *bytes, cnn_error *error) {
    static const uint32_t label = 0;
    return cnn_model_set_images(model, bytes, &label, 1, error);
}

static bool set_from_file(cnn_model *model, const char *path, const one_image_flags *flags,
                          cnn_error *error) {
    pixels pixels;
    const cnn_pictures form = cnn_model_pictures(model, false);
    const size_t size = form.height * form.width * form.channels;
    if (!pixels_read(&pixels, path, model, !flags->no_fit, 0, error))
        return false;
    const bool ok = flags->index < pixels.count
                        ? set_bytes(model, pixels.bytes + flags->index * size, error)
                        : refuse_index(path, flags->index, pixels.count, error);
    pixels_free(&pixels);
    return ok;
}

bool one_image_set(cnn_model *model, const char *path, const one_image_flags *flags, size_t *label,
                   cnn_error *error) {
    cnn_tensor labels;
    *label = SIZE_MAX;
    if (!(is_folder(path) ? set_from_folder(model, path, flags, label, error)
                          : set_from_file(model, path, flags, error)) ||
        (flags->label && !find_class(model, flags->label, label, error)))
        return false;
    if (*label != SIZE_MAX && cnn_model_tensor(model, "labels", &labels, NULL))
        *(int32_t *)labels.data = (int32_t)*label;
    return true;
}
