/* Loads a data set from files in a folder. Only this file and idx_names.c use the file system:
 * idx.c, gunzip.c and class_names.c work on bytes, so that they also run without files and in a
 * fuzzer. */
#include "class_names.h"
#include "dataset.h"
#include "file.h"
#include "idx.h"
#include "idx_names.h"

#include <stdio.h>
#include <stdlib.h>

#define NAMES_FILE "classes.txt"
/* The longest names of the most classes, with CR LF each. */
#define NAMES_LIMIT (DATASET_CLASSES_LIMIT * (CNN_NAME_SIZE + 1))

static const file_wanted idx_file = {FILE_KIND(IDX) | FILE_KIND(GZIP) | FILE_KIND(EMPTY),
                                     "an IDX file, plain or gzip,", IDX_LIMIT};
static const file_wanted names_file = {FILE_KIND(TEXT) | FILE_KIND(EMPTY), "a text", NAMES_LIMIT};

/* data is owned and freed with free(); `found` is kept for errors. */
typedef struct folder_file {
    idx_found found;
    uint8_t *data;
    size_t size;
} folder_file;

/* Limits the file's size before reading it; idx.c then limits the decompressed size. */
static bool read_part(folder_file *file, const char *folder, cnn_split split, idx_part part,
                      cnn_error *error) {
    return idx_find(&file->found, folder, split, part, error) &&
           file_read(file->found.path, &idx_file, &file->data, &file->size, error);
}

/* A missing file is no error: classes keep their numbers. An invalid one is: names of the wrong
 * classes are worse than numbers. */
static bool read_names(cnn_dataset *dataset, const char *folder, cnn_error *error) {
    char path[IDX_PATH_SIZE];
    uint8_t *text;
    size_t size;
    /* The path fits: longer names than NAMES_FILE have been joined to this folder. */
    snprintf(path, sizeof path, "%s/" NAMES_FILE, folder);
    if (!file_exists(path))
        return true;
    if (!file_read(path, &names_file, &text, &size, error))
        return false;
    const bool ok = class_names_parse(dataset, text, size, error) || error_in_file(error, path);
    free(text);
    return ok;
}

/* The set has its own copy, so the bytes of the files are freed at once. */
static cnn_dataset *read_images(const char *folder, cnn_split split, size_t classes,
                                cnn_error *error) {
    folder_file images = {.data = NULL}, labels = {.data = NULL};
    cnn_dataset *dataset = NULL;
    bool ok = read_part(&images, folder, split, IDX_PART_IMAGES, error);
    labels.found = images.found;
    ok = ok && read_part(&labels, folder, split, IDX_PART_LABELS, error);
    if (ok)
        dataset =
            idx_dataset(&(idx_source){images.data, images.size, images.found.path},
                        &(idx_source){labels.data, labels.size, labels.found.path}, classes, error);
    free(images.data);
    free(labels.data);
    return dataset;
}

cnn_dataset *cnn_dataset_load(const char *folder, cnn_split split, size_t classes,
                              cnn_error *error) {
    if (!given(folder, "folder", error))
        return NULL;
    if (split != CNN_SPLIT_TRAIN && split != CNN_SPLIT_TEST) {
        error_set(error, CNN_STATUS_BAD_ARGUMENT, "no split %d of a data set", (int)split);
        return NULL;
    }
    /* Names are read second: if classes is 0, only the labels give their number. */
    cnn_dataset *dataset = read_images(folder, split, classes, error);
    if (dataset && !read_names(dataset, folder, error)) {
        cnn_dataset_free(dataset);
        dataset = NULL;
    }
    return dataset;
}
