/* Examines the folder of --data and loads its images as a model takes them. */
#define _POSIX_C_SOURCE 200809L
#include "images.h"

#include "json_line.h"
#include "pixels.h"
#include "print.h"
#include "source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_SIZE 4096

/* IDX files, or names so similar that IDX files were probably meant. */
static bool has_idx(const char *path, bool near) {
    const cnn_idx_files train = cnn_dataset_look(path, CNN_SPLIT_TRAIN),
                        test = cnn_dataset_look(path, CNN_SPLIT_TEST);
    return train == CNN_IDX_FOUND || test == CNN_IDX_FOUND || (near && (train || test));
}

static bool is_missing(const char *path) {
    struct stat about;
    return stat(path, &about) && errno == ENOENT;
}

bool images_look(images_folder *folder, const char *path, bool skip_bad, cnn_error *error) {
    *folder = (images_folder){.path = path, .skip_bad = skip_bad, .kind = IMAGES_IDX};
    const char *hint = strcmp(path, SOURCE_DATA) ? "" : "; scripts/fetch-data gets MNIST";
    if (has_idx(path, false))
        return true;
    if (is_missing(path))
        return source_refuse(error, path, "no such folder%s", hint);
    if (!parts_find(&folder->parts, path, error))
        return false;
    if (!folder->parts.folders)
        return has_idx(path, true) ||
               source_refuse(error, path,
                             "neither IDX files nor a folder of PNGs for each class in it%s", hint);
    folder->kind = folder->parts.any ? IMAGES_PARTS : IMAGES_CLASSES;
    if (folder->parts.any && folder->parts.unused[0])
        report_note("%s: not used: %s; the parts are train/, val/ and test/", path,
                    folder->parts.unused);
    return true;
}

bool images_have(const images_folder *folder, image_part part) {
    if (folder->kind == IMAGES_PARTS)
        return folder->parts.names[part][0];
    if (part == PART_TEST && folder->kind == IMAGES_IDX)
        return cnn_dataset_look(folder->path, CNN_SPLIT_TEST);
    return part == PART_TRAIN;
}

/* State of reading one folder of classes. */
typedef struct reading {
    bool skip_bad, asked; /* asked: about the picture that ended it */
    size_t skipped;
    json_t **paths;
} reading;

static bool skip(const cnn_error *error, void *context) {
    reading *reading = context;
    char text[1024];
    reading->asked = true;
    if (!reading->skip_bad)
        return false;
    reading->skipped++;
    cnn_error_text(error, text, sizeof text);
    report_note("%s; left out", text);
    return true;
}

static void took(const char *path, void *context) {
    const reading *reading = context;
    if (reading->paths)
        json_line_append(reading->paths, json_line_text(path));
}

/* Adds to the library's message what the command can do about the picture. */
static void offer_to_skip(cnn_error *error) {
    const size_t used = strlen(error->message);
    snprintf(error->message + used, sizeof error->message - used, "; --skip-bad goes on without");
}

static cnn_dataset *read_classes(const char *path, cnn_pictures *wanted, reading *reading,
                                 cnn_error *error) {
    wanted->skip = skip;
    wanted->took = took;
    wanted->context = reading;
    cnn_dataset *images = cnn_dataset_load_pictures(path, wanted, error);
    if (!images && reading->asked && !reading->skip_bad)
        offer_to_skip(error);
    if (images && reading->skipped)
        report_note("%s: %s left out, %s used", path, thousands(reading->skipped).text,
                    thousands(cnn_dataset_get_info(images).images).text);
    return images;
}

/* Reads the sub-folders of classes of a part, or of the folder itself if it has no parts. */
static cnn_dataset *read_part(const images_folder *folder, image_part part, cnn_pictures *wanted,
                              json_t **paths, cnn_error *error) {
    static const char *const usual[PART_COUNT] = {"train", "val", "test"};
    char path[PATH_SIZE];
    const bool parts = folder->kind == IMAGES_PARTS;
    const char *name = folder->parts.names[part];
    reading reading = {.skip_bad = folder->skip_bad, .paths = paths};
    if (snprintf(path, sizeof path, "%s%s%s", folder->path, parts ? "/" : "",
                 !parts    ? ""
                 : name[0] ? name
                           : usual[part]) >= PATH_SIZE) {
        source_refuse(error, folder->path, "the path is too long");
        return NULL;
    }
    return read_classes(path, wanted, &reading, error);
}

static cnn_preprocessing preprocessing_of(bool fit) {
    return fit ? CNN_PREPROCESSING_MNIST : CNN_PREPROCESSING_RESIZE;
}

cnn_dataset *images_to_train(const images_folder *folder, bool fit, const cnn_network *network,
                             const char *const *names, cnn_error *error) {
    cnn_layer_info input;
    cnn_network_layer_at(network, 0, &input);
    cnn_pictures wanted = {.height = input.height,
                           .width = input.width,
                           .channels = input.channels,
                           .classes = cnn_network_class_count(network),
                           .names = names,
                           .preprocessing = preprocessing_of(fit)};
    if (folder->kind == IMAGES_IDX)
        return source_images(folder->path, CNN_SPLIT_TRAIN, network, error);
    return read_part(folder, PART_TRAIN, &wanted, NULL, error);
}

cnn_dataset *images_to_validate(const images_folder *folder, bool fit, const cnn_dataset *train,
                                cnn_error *error) {
    const cnn_dataset_info info = cnn_dataset_get_info(train);
    const char **names = calloc(info.classes, sizeof *names);
    for (size_t i = 0; names && i < info.classes; i++)
        names[i] = cnn_dataset_class_at(train, i);
    cnn_pictures wanted = {.height = info.height,
                           .width = info.width,
                           .channels = info.channels,
                           .classes = info.classes,
                           .preprocessing = preprocessing_of(fit)};
    wanted.names = names;
    cnn_dataset *images = NULL;
    if (names)
        images = read_part(folder, PART_VALIDATION, &wanted, NULL, error);
    else
        source_refuse(error, "", "no memory for %zu names", wanted.classes);
    free(names);
    return images;
}

/* Returns the same images in the size of the model's input. */
static cnn_dataset *stretched(const cnn_dataset *images, const char *path, const cnn_model *model,
                              cnn_error *error) {
    const cnn_pictures wanted = cnn_model_pictures(model, false);
    cnn_dataset_info info = cnn_dataset_get_info(images);
    uint32_t *labels = calloc(info.images, sizeof *labels);
    cnn_dataset *set = NULL;
    pixels pixels = {NULL, 0, false};
    for (size_t i = 0; labels && i < info.images; i++)
        labels[i] = (uint32_t)cnn_dataset_label_at(images, i);
    info.height = wanted.height;
    info.width = wanted.width;
    info.channels = wanted.channels;
    if (!labels)
        source_refuse(error, path, "no memory for %zu labels", info.images);
    else if (pixels_stretch(&pixels, images, model, error))
        set = cnn_dataset_create(&info, pixels.bytes, labels, error);
    pixels_free(&pixels);
    free(labels);
    return set;
}

/* Loads images as cnn predict does. */
static cnn_dataset *test_idx(const char *path, const cnn_model *model, cnn_error *error) {
    const cnn_pictures wanted = cnn_model_pictures(model, false);
    cnn_dataset *images = cnn_dataset_load(path, CNN_SPLIT_TEST, wanted.classes, error);
    if (!images)
        return NULL;
    const cnn_dataset_info info = cnn_dataset_get_info(images);
    if (info.height == wanted.height && info.width == wanted.width &&
        info.channels == wanted.channels)
        return images;
    cnn_dataset *set = stretched(images, path, model, error);
    if (set)
        report_note("%s: images of %zux%zux%zu are stretched to %zux%zux%zu", path, info.height,
                    info.width, info.channels, wanted.height, wanted.width, wanted.channels);
    cnn_dataset_free(images);
    return set;
}

const char **images_names(const cnn_model *model, cnn_error *error) {
    const size_t classes = cnn_network_class_count(cnn_model_network(model));
    const char **names = calloc(classes, sizeof *names);
    if (!names)
        source_refuse(error, "", "no memory for %zu names", classes);
    for (size_t i = 0; names && i < classes; i++)
        names[i] = cnn_model_class_at(model, i);
    return names;
}

/* IDX files are always read completely. */
static cnn_dataset *first_of_idx(const char *path, const cnn_model *model, size_t limit,
                                 cnn_error *error) {
    cnn_dataset *images = test_idx(path, model, error);
    if (!images || !limit || cnn_dataset_truncate(images, limit, error))
        return images;
    cnn_dataset_free(images);
    return NULL;
}

cnn_dataset *images_to_test(const images_folder *folder, bool fit, const cnn_model *model,
                            size_t limit, json_t **paths, cnn_error *error) {
    if (folder->kind == IMAGES_IDX)
        return first_of_idx(folder->path, model, limit, error);
    cnn_pictures wanted = cnn_model_pictures(model, fit);
    const char **names = images_names(model, error);
    wanted.names = names;
    wanted.most = limit;
    cnn_dataset *images = names ? read_part(folder, PART_TEST, &wanted, paths, error) : NULL;
    free(names);
    return images;
}
