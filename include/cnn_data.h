/* A part of cnn.h, which programs include.
 *
 * Images of one size as bytes, with a label each. Only cnn_dataset_truncate() and
 * cnn_dataset_append() change a data set after it is made: otherwise any number of threads may read
 * it. */
#ifndef CNN_DATA_H
#define CNN_DATA_H

typedef struct cnn_dataset cnn_dataset;
typedef enum cnn_split { CNN_SPLIT_TRAIN, CNN_SPLIT_TEST } cnn_split;
/* Images x are used as (x / 255 - mean) / deviation. */
typedef struct cnn_normalization {
    float mean, std;
} cnn_normalization;
typedef struct cnn_dataset_info {
    size_t images, height, width, channels, classes;
} cnn_dataset_info;
/* Copies images[n][h][w][c] and labels[n]. Labels at or above info->classes are refused. */
cnn_dataset *cnn_dataset_create(const cnn_dataset_info *info, const uint8_t *images,
                                const uint32_t *labels, cnn_error *error);
/* From IDX bytes, plain or gzip (one or several members). classes 0 means the largest label plus
 * one. In an error the file is called "images" or "labels". labels NULL: images alone, all with
 * label 0. */
cnn_dataset *cnn_dataset_from_idx(const void *images, size_t images_size, const void *labels,
                                  size_t labels_size, size_t classes, cnn_error *error);
/* Reads {train,t10k}-{images-idx3,labels-idx1}-ubyte, or the same with .gz, from a folder, and
 * classes.txt (one name per line) if it exists. Other spellings of these names are accepted if the
 * folder holds only one data set: train-images.idx3-ubyte,
 * emnist-letters-test-labels-idx1-ubyte.gz, TEST_IMAGES.UBYTE; otherwise the error lists two of
 * them, or files with similar names. */
cnn_dataset *cnn_dataset_load(const char *folder, cnn_split split, size_t classes,
                              cnn_error *error);
/* What cnn_dataset_load() would find. FOUND: images, which may be damaged or belong to two data
 * sets. SIMILAR: only files with similar names, which its error lists. NONE: neither. */
typedef enum cnn_idx_files { CNN_IDX_NONE, CNN_IDX_SIMILAR, CNN_IDX_FOUND } cnn_idx_files;
cnn_idx_files cnn_dataset_look(const char *folder, cnn_split split);
/* How a folder of pictures becomes a data set. */
typedef struct cnn_pictures {
    size_t height, width, channels; /* of every image; channels 1 or 3 */
    size_t classes;                 /* 0: the number of sub-folders, at least two */
    const char *const *names; /* [classes], in the order of the labels; NULL: the sub-folders in
                                 byte order ("10" before "2") */
    /* Called for each picture that cannot be used; error has its path and the reason. True skips
     * the picture, false ends the call. NULL: the first such picture ends it. */
    bool (*skip)(const cnn_error *error, void *context);
    void *context;
    cnn_preprocessing preprocessing; /* CNN_PREPROCESSING_RESIZE; MNIST needs 1 channel */
    /* Called with the path of each picture that is used, in the order of the images; or NULL. */
    void (*took)(const char *path, void *context);
    size_t most; /* 0: all pictures; else the maximum number of pictures to read */
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_pictures;
/* Reads a folder that has a sub-folder of PNGs for each class, named after the class. A class of
 * `names` may have no folder, but no folder may be empty, and other names are refused. Images are
 * interleaved: the first of each class by name, then the second of each, and so on, up to `most`.
 * Ignored files are skipped; any other file in a sub-folder that is not a PNG, or that cannot be
 * fitted, counts as a picture that cannot be used. */
cnn_dataset *cnn_dataset_load_pictures(const char *folder, const cnn_pictures *options,
                                       cnn_error *error);
/* Whether a file or folder of this name is ignored: names that begin with a dot, and files that
 * operating systems create (Thumbs.db, desktop.ini, __MACOSX, @eaDir ...). */
bool cnn_picture_ignored(const char *name);
void cnn_dataset_free(cnn_dataset *dataset);
cnn_dataset_info cnn_dataset_get_info(const cnn_dataset *dataset);
/* Keeps the first `images` images. A number above info.images changes nothing; 0 is refused. */
bool cnn_dataset_truncate(cnn_dataset *dataset, size_t images, cnn_error *error);
/* Appends a copy of the images of `more`, which must have the same size and number of classes; the
 * class names of `dataset` are kept. On failure it is unchanged. On success, pointers from
 * cnn_dataset_image_at() become invalid. */
bool cnn_dataset_append(cnn_dataset *dataset, const cnn_dataset *more, cnn_error *error);
/* The pixels [h][w][c] of an image and its label; NULL and SIZE_MAX at or above info.images. The
 * name of a class: from classes.txt, else its number; NULL at or above info.classes. The data set
 * owns the pixels and names. */
const uint8_t *cnn_dataset_image_at(const cnn_dataset *dataset, size_t index);
size_t cnn_dataset_label_at(const cnn_dataset *dataset, size_t index);
const char *cnn_dataset_class_at(const cnn_dataset *dataset, size_t index);
/* Mean and standard deviation (1 if constant) of all pixels, to four decimals: MNIST 0.1307,
 * 0.3081. */
cnn_normalization cnn_dataset_measure(const cnn_dataset *dataset);
/* Guesses how the images were prepared. CNN_PREPROCESSING_MNIST: they have the form of MNIST's
 * digits: gray, light on black, the longer side of each drawing 20/28 of the image, its center of
 * mass in the middle. Examines the first 1,000; one in 20 may differ. */
cnn_preprocessing cnn_dataset_preprocessing(const cnn_dataset *dataset);

#endif
