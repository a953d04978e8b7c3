/* Reads and validates IDX files in three stages: read the header, decompress if gzip, compare the
 * sizes in the header with the number of bytes. Sizes are used only afterwards, so a damaged file
 * cannot request more memory than it has bytes. For gzip, the header is decompressed first, and the
 * rest may be only slightly longer than it says, so decompression is bounded by the header. Images
 * and labels use the same code; a row of idx_kind has the differences. Pixels are used in place
 * until the data set copies them. */
#include "idx.h"

#include "bytes.h"
#include "dataset.h"
#include "gunzip.h"
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDX_RANK 3 /* maximum number of sizes in a header */
#define HEAD_SIZE (4 + 4 * IDX_RANK)

/* Decompressed bytes beyond the size in the header, so that an error can report how much longer a
 * slightly too long file is. */
#define SLACK ((size_t)1 << 16)

/* Where the first size is; size mismatches are reported there. */
#define SIZES_OFFSET 4

typedef struct idx_kind {
    uint32_t magic; /* 0, 0, 8 for unsigned bytes, number of sizes */
    size_t rank;
    const char *noun; /* what errors call the items */
} idx_kind;

static const idx_kind IMAGES = {0x00000803, 3, "images"}, LABELS = {0x00000801, 1, "labels"};

typedef struct idx_file {
    const idx_source *source;
    uint8_t *unpacked;       /* what `in` reads if the source is gzip, else NULL; owned */
    uint8_t head[HEAD_SIZE]; /* what `in` reads before that */
    bool inside;             /* `in` is decompressed data, not the source itself */
    bytes in;                /* once open: at the first byte after the header */
    /* As read; not valid before check_body(). */
    uint32_t sizes[IDX_RANK]; /* number of images or labels; height, width */
} idx_file;

/* Adds the file to an error. Always false. For gzip the offset counts decompressed bytes, which the
 * user cannot look up in the file: the message says so. */
static bool blame(const idx_file *file, cnn_error *error) {
    if (error && file->inside) {
        const size_t length = strlen(error->message);
        snprintf(error->message + length, sizeof error->message - length,
                 " (byte counted decompressed)");
    }
    return error_in_file(error, file->source->name);
}

/* Bytes that do not begin like gzip are used in place, without a copy. For gzip only the length of
 * a header is decompressed yet. Errors of gzip, here and below, count bytes of the compressed file,
 * so blame() adds nothing then. */
static bool begin(idx_file *file, cnn_error *error) {
    const idx_source *source = file->source;
    file->in = (bytes){source->data, source->size, 0};
    if (!gunzip_begins(source->data, source->size))
        return true;
    size_t size = HEAD_SIZE;
    if (!gunzip_head(source->data, source->size, file->head, &size, error))
        return false;
    file->in = (bytes){file->head, size, 0};
    file->inside = true;
    return true;
}

/* Checks the magic number before the length of a short file: a file of the wrong kind should be
 * reported as such. */
static bool read_header(idx_file *file, const idx_kind *kind, cnn_error *error) {
    uint32_t magic;
    bool whole = bytes_u32_big(&file->in, &magic);
    if (whole && magic != kind->magic)
        return error_at(error, 0, "not IDX %s: begins with %08x, not %08x", kind->noun,
                        (unsigned)magic, (unsigned)kind->magic);
    for (size_t i = 0; whole && i < kind->rank; i++)
        whole = bytes_u32_big(&file->in, &file->sizes[i]);
    return whole || error_at(error, file->in.size, "the file ends within its header");
}

/* The number of bytes that must follow the header. */
static bool read_need(const idx_file *file, const idx_kind *kind, size_t *need, cnn_error *error) {
    *need = 1;
    for (size_t i = 0; i < kind->rank; i++)
        if (!size_multiply(*need, file->sizes[i], need))
            return error_at(error, SIZES_OFFSET, "the sizes in the header are too large");
    return *need || error_at(error, SIZES_OFFSET, "no %s in it", kind->noun);
}

/* Decompresses the rest, up to slightly more than the header's size. */
static bool unpack(idx_file *file, size_t need, cnn_error *error) {
    const idx_source *source = file->source;
    const size_t header = file->in.at;
    size_t size;
    if (!file->inside)
        return true;
    if (need > IDX_UNPACKED_LIMIT)
        return error_at(error, SIZES_OFFSET,
                        "%zu bytes by its header, more than the %zu that are unpacked: unpack it "
                        "beforehand",
                        need, IDX_UNPACKED_LIMIT);
    file->inside = false;
    if (!gunzip(source->data, source->size, header + need + SLACK, &file->unpacked, &size, error))
        return false;
    file->in = (bytes){file->unpacked, size, header};
    file->inside = true;
    return true;
}

/* The sizes must account for every byte after the header: too many bytes show that header and data
 * do not belong together, just as too few do. */
static bool check_body(const idx_file *file, const idx_kind *kind, size_t need, cnn_error *error) {
    const size_t left = file->in.size - file->in.at;
    if (left < need)
        return error_at(error, file->in.size, "the file ends %zu bytes too early", need - left);
    if (left > need)
        return error_at(error, file->in.at + need, "%zu bytes after the last of %u %s", left - need,
                        (unsigned)file->sizes[0], kind->noun);
    return true;
}

/* All three stages. The caller frees file->unpacked, also on failure. */
static bool open_file(idx_file *file, const idx_kind *kind, cnn_error *error) {
    size_t need;
    return (begin(file, error) && read_header(file, kind, error) &&
            read_need(file, kind, &need, error) && unpack(file, need, error) &&
            check_body(file, kind, need, error)) ||
           blame(file, error);
}

/* The default number of classes: the largest label is the last class. */
static size_t largest_and_one(const uint8_t *labels, size_t count) {
    size_t largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = labels[i] > largest ? labels[i] : largest;
    return largest + 1;
}

/* Errors of the combination are reported for the labels. Different counts mean files of different
 * sets, even if every image has a label. */
static bool check_labels(const idx_file *file, size_t images, size_t classes, cnn_error *error) {
    const uint8_t *labels = file->in.data + file->in.at;
    if (file->sizes[0] != images) {
        error_at(error, SIZES_OFFSET, "%u labels for %zu images", (unsigned)file->sizes[0], images);
        return blame(file, error);
    }
    size_t i = 0;
    while (i < images && labels[i] < classes)
        i++;
    if (i == images)
        return true;
    error_at(error, file->in.at + i, "label %u of image %zu is not below %zu", (unsigned)labels[i],
             i, classes);
    return blame(file, error);
}

/* Copies the images of an open file, and one-byte labels; NULL: all are 0. */
static cnn_dataset *dataset_of(const idx_file *file, const uint8_t *labels, size_t classes,
                               cnn_error *error) {
    const cnn_dataset_info info = {.images = file->sizes[0],
                                   .height = file->sizes[1],
                                   .width = file->sizes[2],
                                   .channels = 1,
                                   .classes = classes};
    uint32_t *wide = memory_new(info.images, sizeof *wide, error);
    for (size_t i = 0; wide && labels && i < info.images; i++)
        wide[i] = labels[i];
    cnn_dataset *dataset =
        wide ? cnn_dataset_create(&info, file->in.data + file->in.at, wide, error) : NULL;
    free(wide);
    return dataset;
}

/* Both files are open, so all bytes that the sizes require are there. */
static cnn_dataset *combine(const idx_file *images, const idx_file *labels, size_t classes,
                            cnn_error *error) {
    const uint8_t *label = labels->in.data + labels->in.at;
    if (!classes)
        classes = largest_and_one(label, labels->sizes[0]);
    if (!check_labels(labels, images->sizes[0], classes, error))
        return NULL;
    return dataset_of(images, label, classes, error);
}

cnn_dataset *idx_dataset(const idx_source *images, const idx_source *labels, size_t classes,
                         cnn_error *error) {
    idx_file image_file = {.source = images}, label_file = {.source = labels};
    cnn_dataset *dataset = NULL;
    if (open_file(&image_file, &IMAGES, error) && open_file(&label_file, &LABELS, error))
        dataset = combine(&image_file, &label_file, classes, error);
    free(image_file.unpacked);
    free(label_file.unpacked);
    return dataset;
}

static cnn_dataset *images_alone(const idx_source *images, size_t classes, cnn_error *error) {
    idx_file file = {.source = images};
    cnn_dataset *dataset = NULL;
    if (open_file(&file, &IMAGES, error))
        dataset = dataset_of(&file, NULL, classes ? classes : 1, error);
    free(file.unpacked);
    return dataset;
}

/* Bytes have no path: errors call them "images" and "labels". */
cnn_dataset *cnn_dataset_from_idx(const void *images, size_t images_size, const void *labels,
                                  size_t labels_size, size_t classes, cnn_error *error) {
    const idx_source image_source = {images, images_size, IMAGES.noun};
    const idx_source label_source = {labels, labels_size, LABELS.noun};
    if (!given(images, "images", error))
        return NULL;
    if (!labels)
        return images_alone(&image_source, classes, error);
    return idx_dataset(&image_source, &label_source, classes, error);
}
