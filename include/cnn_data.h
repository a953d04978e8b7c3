/* A part of cnn.h, which programs include.
 *
 * Images of one size as bytes, with a label each. Never changes after it is made, except by
 * cnn_dataset_truncate() and cnn_dataset_append(): any number of threads may read it. */
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
/* From IDX bytes, plain or gzip, also of several members. classes 0 means: the largest label and
 * one. An error calls the file at fault "images" or "labels". labels NULL: images alone, as if
 * every label were 0. */
cnn_dataset *cnn_dataset_from_idx(const void *images, size_t images_size, const void *labels,
                                  size_t labels_size, size_t classes, cnn_error *error);
/* Reads {train,t10k}-{images-idx3,labels-idx1}-ubyte, or the same with .gz, from a folder, and
 * classes.txt (one name a line) if it is there. Other spellings of these names are found if there
 * is one data set in the folder: train-images.idx3-ubyte, emnist-letters-test-labels-idx1-ubyte.gz,
 * TEST_IMAGES.UBYTE; else the error names two of them, or what has nearly the right name. */
cnn_dataset *cnn_dataset_load(const char *folder, cnn_split split, size_t classes,
                              cnn_error *error);
/* What cnn_dataset_load() will meet: images, which may be damaged or of two data sets; nothing but
 * names that are nearly right, which its error says; none of that. */
typedef enum cnn_idx_files { CNN_IDX_NONE, CNN_IDX_SIMILAR, CNN_IDX_FOUND } cnn_idx_files;
cnn_idx_files cnn_dataset_look(const char *folder, cnn_split split);
/* How a folder of pictures becomes a data set. */
typedef struct cnn_pictures {
    size_t height, width, channels; /* of every image, as cnn_picture_resize() makes it; 1 or 3 */
    size_t classes;                 /* 0: as many as there are sub-folders, two at least */
    const char *const *names;       /* [classes], in the order of the labels; NULL: sub-folders in
                                       the order of their bytes ("10" before "2") */
    /* Asked about each picture that cannot be used: the error has its path and the reason. True
     * goes on without it. NULL: none is left out, the first ends the call. */
    bool (*skip)(const cnn_error *error, void *context);
    void *context;
    cnn_preprocessing preprocessing; /* CNN_PREPROCESSING_RESIZE; MNIST wants 1 channel */
    /* Told the path of each picture that is used, in the order of the images. NULL: not. */
    void (*took)(const char *path, void *context);
    size_t most;                     /* 0: all pictures; else only the first so many are read */
    uint64_t reserved[CNN_RESERVED]; /* 0 */
} cnn_pictures;
/* Reads a folder that has a sub-folder of PNGs for each class, called by the class's name. A class
 * of `names` may be missing; none may be empty, and other names are refused. Images come in turn:
 * the first of each class by name, the second of each, and so on, up to `most`. What is ignored is
 * not looked at; whatever else is not a PNG in a sub-folder counts as a picture that cannot be
 * used, and so does one that cannot be fitted. */
cnn_dataset *cnn_dataset_load_pictures(const char *folder, const cnn_pictures *options,
                                       cnn_error *error);
/* Names of files and folders that are ignored: those that begin with a dot, and what systems leave
 * behind (Thumbs.db, desktop.ini, __MACOSX, @eaDir ...). */
bool cnn_picture_ignored(const char *name);
void cnn_dataset_free(cnn_dataset *dataset);
cnn_dataset_info cnn_dataset_get_info(const cnn_dataset *dataset);
/* Keeps the first `images` images; more than there are changes nothing; 0 is refused. */
bool cnn_dataset_truncate(cnn_dataset *dataset, size_t images, cnn_error *error);
/* Copies the images of `more`, of the same size and number of classes, behind those of `dataset`,
 * whose names of classes stay. On failure it is unchanged. Pixels got before are gone. */
bool cnn_dataset_append(cnn_dataset *dataset, const cnn_dataset *more, cnn_error *error);
/* The pixels [h][w][c] of one image, and its label; NULL and SIZE_MAX at or above info.images. The
 * name of a class: from classes.txt, else its number; NULL at or above info.classes. The data set
 * owns what pointers lead to. */
const uint8_t *cnn_dataset_image_at(const cnn_dataset *dataset, size_t index);
size_t cnn_dataset_label_at(const cnn_dataset *dataset, size_t index);
const char *cnn_dataset_class_at(const cnn_dataset *dataset, size_t index);
/* Mean and deviation (1 if constant) of all pixels, to four decimals: MNIST 0.1307, 0.3081. */
cnn_normalization cnn_dataset_measure(const cnn_dataset *dataset);
/* How the images were made, by their look. CNN_PREPROCESSING_MNIST: they have the form of MNIST's
 * digits, gray, light on black, each drawing's longer side 20/28 of the image, its center of mass
 * in the middle. Looks at the first 1,000; of 20, one may be otherwise. */
cnn_preprocessing cnn_dataset_preprocessing(const cnn_dataset *dataset);

#endif
