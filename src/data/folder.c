/* A data set from the files of a folder, under the names that MNIST gave them and that others kept
 * (Fashion-MNIST, KMNIST). All that touches the file system stands here: idx.c, gunzip.c and
 * class_names.c see bytes, so that they also serve where there are no files, and in a fuzzer. */
#include "class_names.h"
#include "dataset.h"
#include "file.h"
#include "idx.h"

#include <stdio.h>
#include <stdlib.h>

#define PATH_SIZE 4096 /* as Linux: PATH_MAX */
#define NAMES_FILE "classes.txt"
/* The longest names of the most classes, a line feed with each. */
#define NAMES_LIMIT (DATASET_CLASSES_LIMIT * CNN_NAME_SIZE)
#define HINT "scripts/fetch-data gets MNIST"

/* data is owned here and freed with free(); path stays, for errors to name. */
typedef struct folder_file {
    char path[PATH_SIZE];
    uint8_t *data;
    size_t size;
} folder_file;

/* path = FOLDER/STEM + ENDING. */
static bool join(char path[PATH_SIZE], const char *folder, const char *stem, const char *ending,
                 cnn_error *error) {
    const int length = snprintf(path, PATH_SIZE, "%s/%s%s", folder, stem, ending);
    if (length > 0 && length < PATH_SIZE)
        return true;
    error_set(error, CNN_IO, "the path is longer than %d bytes", PATH_SIZE - 1);
    return error_in_file(error, folder);
}

/* The plain file goes before the compressed one: it is read faster. */
static bool find(folder_file *file, const char *folder, const char *stem, cnn_error *error) {
    static const char *const ENDINGS[] = {"", ".gz"};
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++) {
        if (!join(file->path, folder, stem, ENDINGS[i], error))
            return false;
        if (file_exists(file->path))
            return true;
    }
    /* Two different slips: the wrong folder, or the right one without the data. */
    if (file_exists(folder))
        error_set(error, CNN_IO, "no %s or %s.gz in it; " HINT, stem, stem);
    else
        error_set(error, CNN_IO, "no such folder; " HINT);
    return error_in_file(error, folder);
}

/* The size of the file counts before any is read; idx.c then counts what it decompresses to. */
static bool read_part(folder_file *file, const char *folder, cnn_split split, const char *part,
                      cnn_error *error) {
    char stem[64];
    snprintf(stem, sizeof stem, "%s-%s-ubyte", split == CNN_TEST ? "t10k" : "train", part);
    return find(file, folder, stem, error) &&
           file_read(file->path, IDX_LIMIT, &file->data, &file->size, error);
}

/* No such file is no error: classes keep their numbers. A bad one is: a name put to the wrong class
 * is worse than none. */
static bool read_names(cnn_dataset *dataset, const char *folder, cnn_error *error) {
    folder_file file = {.data = NULL};
    if (!join(file.path, folder, NAMES_FILE, "", error))
        return false;
    if (!file_exists(file.path))
        return true;
    if (!file_read(file.path, NAMES_LIMIT, &file.data, &file.size, error))
        return false;
    const bool ok =
        class_names_parse(dataset, file.data, file.size, error) || error_in_file(error, file.path);
    free(file.data);
    return ok;
}

/* The set has its own copy, so the bytes of the files are let go right away. */
static cnn_dataset *read_images(const char *folder, cnn_split split, size_t classes,
                                cnn_error *error) {
    folder_file images = {.data = NULL}, labels = {.data = NULL};
    cnn_dataset *dataset = NULL;
    if (read_part(&images, folder, split, "images-idx3", error) &&
        read_part(&labels, folder, split, "labels-idx1", error))
        dataset = idx_dataset(&(idx_source){images.data, images.size, images.path},
                              &(idx_source){labels.data, labels.size, labels.path}, classes, error);
    free(images.data);
    free(labels.data);
    return dataset;
}

cnn_dataset *cnn_dataset_load(const char *folder, cnn_split split, size_t classes,
                              cnn_error *error) {
    if (!given(folder, "folder", error))
        return NULL;
    if (split != CNN_TRAIN && split != CNN_TEST) {
        error_set(error, CNN_BAD_ARGUMENT, "no split %d of a data set", (int)split);
        return NULL;
    }
    /* Names come second: if classes is 0, only the labels tell how many there must be. */
    cnn_dataset *dataset = read_images(folder, split, classes, error);
    if (dataset && !read_names(dataset, folder, error)) {
        cnn_dataset_free(dataset);
        dataset = NULL;
    }
    return dataset;
}
