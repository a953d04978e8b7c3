/* Makes one small good file of each format, and reads damaged copies of it. */
#include "file_formats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "class_names.h"
#include "dataset.h"
#include "idx_blobs.h"
#include "model_file.h"
#include "one_checkpoint.h"
#include "png_blobs.h"
#include "png_pieces.h"

#include <stdlib.h>
#include <string.h>

static const cnn_model_options ONE = {
    .batch_size = 1, .threads = 1, .seed = 1, .normalization = {0.5f, 0.25f}};

format_file format_file_copy(const void *bytes, size_t size) {
    format_file file = {malloc(size + 1), size};
    assert_non_null(file.bytes);
    memcpy(file.bytes, bytes, size);
    return file;
}

static format_file of_blob(const blob *blob) {
    return format_file_copy(blob->data, blob->size);
}

/* ------------------------------------------------------------------------------------ IDX, gzip */

static format_file make_images(void) {
    const blob file = images_of(3, 4, 5);
    return of_blob(&file);
}

static format_file make_labels(void) {
    const blob file = labels_of(3);
    return of_blob(&file);
}

static format_file make_gzip(void) {
    const blob images = images_of(3, 4, 5), file = zipped(images.data, images.size);
    return of_blob(&file);
}

/* Frees the set. */
static bool use_dataset(cnn_dataset *set) {
    if (!set)
        return false;
    const cnn_dataset_info info = cnn_dataset_get_info(set);
    assert_true(cnn_dataset_measure(set).std > 0);
    for (size_t i = 0; i < info.images; i++)
        assert_true(cnn_dataset_label_at(set, i) < info.classes);
    for (size_t i = 0; i < info.classes; i++)
        assert_true(cnn_dataset_class_at(set, i)[0]);
    cnn_dataset_free(set);
    return true;
}

static bool read_images(const uint8_t *bytes, size_t size, cnn_error *error) {
    const blob labels = labels_of(3);
    return use_dataset(cnn_dataset_from_idx(bytes, size, labels.data, labels.size, 10, error));
}

static bool read_labels(const uint8_t *bytes, size_t size, cnn_error *error) {
    const blob images = images_of(3, 4, 5);
    return use_dataset(cnn_dataset_from_idx(images.data, images.size, bytes, size, 10, error));
}

/* --------------------------------------------------------------------- network texts and models */

static const char TEXT[] = "input 6x6x1 # small\n"
                           "conv2d 2 3x3 stride 1 pad 1 bias on\n"
                           "relu\n"
                           "maxpool2d 2 stride 2\n"
                           "flatten\n"
                           "dense 12\n";

static format_file make_network(void) {
    return format_file_copy(TEXT, sizeof TEXT - 1);
}

static bool predict(cnn_model *model) {
    cnn_layer_info input;
    const cnn_network *network = cnn_model_network(model);
    cnn_network_layer_at(network, 0, &input);
    uint8_t *image = calloc(input.height * input.width, input.channels);
    float *p = calloc(cnn_network_class_count(network), sizeof *p);
    assert_non_null(image);
    assert_non_null(p);
    const bool good = cnn_model_predict(model, image, 1, p, NULL);
    free(image);
    free(p);
    return good;
}

/* A valid network may have no model, or be too large for a test. */
static bool read_network(const uint8_t *bytes, size_t size, cnn_error *error) {
    cnn_network *network = cnn_network_parse((const char *)bytes, size, error);
    if (!network)
        return false;
    cnn_layer_info layer;
    size_t values = 0;
    for (size_t i = 0; cnn_network_layer_at(network, i, &layer); i++)
        values += layer.activation_bytes + layer.parameters + layer.multiply_adds;
    cnn_model *model = values < 1000000 ? cnn_model_create(network, &ONE, NULL) : NULL;
    assert_true(!model || predict(model));
    cnn_model_free(model);
    cnn_network_free(network);
    return true;
}

/* Collects the text of every layer but the last. */
static bool begins_network(const uint8_t *bytes, size_t size) {
    cnn_network *part = cnn_network_parse((const char *)bytes, size, NULL);
    cnn_network *whole = cnn_network_parse(TEXT, sizeof TEXT - 1, NULL);
    bool same = part != NULL;
    for (size_t i = 0; same && i < cnn_network_layer_count(part); i++) {
        cnn_layer_info a, b;
        cnn_network_layer_at(part, i, &a);
        cnn_network_layer_at(whole, i, &b);
        same = !strcmp(a.text, b.text);
    }
    cnn_network_free(part);
    cnn_network_free(whole);
    return same;
}

format_file format_file_model(void) {
    cnn_network *network = cnn_network_parse(TEXT, sizeof TEXT - 1, NULL);
    cnn_model *model = cnn_model_create(network, &ONE, NULL);
    model_image image;
    assert_true(model_image_build(&image, model, NULL));
    format_file file = {malloc(image.file.size + 1), 0};
    assert_non_null(file.bytes);
    for (size_t i = 0; i < image.file.count; i++) {
        memcpy(file.bytes + file.size, image.file.parts[i].data, image.file.parts[i].size);
        file.size += image.file.parts[i].size;
    }
    model_image_release(&image);
    cnn_model_free(model);
    cnn_network_free(network);
    return file;
}

static bool read_model(const uint8_t *bytes, size_t size, cnn_error *error) {
    cnn_model *model = cnn_model_parse(bytes, size, &ONE, error);
    assert_true(!model || predict(model));
    cnn_model_free(model);
    return model != NULL;
}

/* ---------------------------------------------------------------------------------- class names */

static const char NAMES[] = "T-shirt\r\nTrouser\nk\xc3\xa4se\n";

static format_file make_names(void) {
    return format_file_copy(NAMES, sizeof NAMES - 1);
}

/* A set of three classes, or NULL, with these names. */
static cnn_dataset *named(const uint8_t *bytes, size_t size, cnn_error *error) {
    static const uint8_t PIXELS[3];
    static const uint32_t LABELS[3] = {0, 1, 2};
    cnn_dataset *set = cnn_dataset_create(&(cnn_dataset_info){3, 1, 1, 1, 3}, PIXELS, LABELS, NULL);
    assert_non_null(set);
    if (class_names_parse(set, bytes, size, error))
        return set;
    cnn_dataset_free(set);
    return NULL;
}

static bool read_names(const uint8_t *bytes, size_t size, cnn_error *error) {
    return use_dataset(named(bytes, size, error));
}

static bool begins_names(const uint8_t *bytes, size_t size) {
    cnn_dataset *set = named(bytes, size, NULL);
    const char *last = set ? cnn_dataset_class_at(set, 2) : "";
    const bool same = set && !strcmp(cnn_dataset_class_at(set, 0), "T-shirt") &&
                      !strcmp(cnn_dataset_class_at(set, 1), "Trouser") &&
                      !strncmp(last, "k\xc3\xa4se", strlen(last));
    cnn_dataset_free(set);
    return same;
}

/* ------------------------------------------------------------------------------------------ PNG */

/* Palette, transparency and four bits a pixel: as much of the format as a few bytes hold. */
static format_file make_png(void) {
    static const uint8_t ROWS[4 * 3] = {0x01, 0x23, 0x30, 0x12, 0x30, 0x01,
                                        0x23, 0x01, 0x23, 0x30, 0x12, 0x31};
    static const uint8_t PALETTE[] = {0, 0, 0, 255, 255, 255, 200, 10, 20, 9, 99, 199};
    static const uint8_t OPACITY[] = {255, 255, 128};
    const png_plan plan = {.width = 6,
                           .height = 4,
                           .type = 3,
                           .depth = 4,
                           .rows = ROWS,
                           .palette = PALETTE,
                           .colors = 4,
                           .opacity = OPACITY,
                           .opacities = 3};
    size_t size;
    uint8_t *bytes = png_made(&plan, &size);
    const format_file file = format_file_copy(bytes, size);
    free(bytes);
    return file;
}

static bool read_png(const uint8_t *bytes, size_t size, cnn_error *error) {
    uint8_t pixels[8 * 8];
    cnn_picture *picture = cnn_picture_parse(bytes, size, 1, error);
    if (!picture)
        return false;
    assert_true(cnn_picture_resize(picture, 8, 8, pixels, NULL));
    cnn_picture_free(picture);
    return true;
}

/* All but the end, which is not needed. */
static bool begins_png(const uint8_t *bytes, size_t size) {
    return size >= png_pixels_end(bytes, size);
}

/* ---------------------------------------------------------------------------------- checkpoints */

static format_file make_checkpoint(void) {
    if (!one_checkpoint)
        assert_int_equal(one_checkpoint_make(NULL), 0);
    return format_file_copy(one_checkpoint, one_checkpoint_size);
}

/* Resumes the run as far as having its state. */
static bool read_checkpoint(const uint8_t *bytes, size_t size, cnn_error *error) {
    cnn_checkpoint *checkpoint = cnn_checkpoint_parse(bytes, size, error);
    if (!checkpoint)
        return false;
    cnn_model *model = cnn_checkpoint_model(checkpoint, &ONE, NULL);
    cnn_run *run = cnn_run_resume(checkpoint, model, one_checkpoint_train, one_checkpoint_test,
                                  NULL, NULL, NULL);
    assert_non_null(run);
    assert_int_equal(cnn_run_get_info(run).step, ONE_CHECKPOINT_STEP);
    cnn_run_free(run);
    cnn_model_free(model);
    cnn_checkpoint_free(checkpoint);
    return true;
}

/* ------------------------------------------------------------------------------------ the table */

const file_format file_formats[] = {
    {.name = "IDX images", .make = make_images, .read = read_images},
    {.name = "IDX labels", .make = make_labels, .read = read_labels},
    {.name = "gzip", .make = make_gzip, .read = read_images, .behind = BEHIND_ZEROS},
    {.name = "network text",
     .make = make_network,
     .read = read_network,
     .beginning = begins_network},
    {.name = "model", .make = format_file_model, .read = read_model},
    {.name = "checkpoint", .make = make_checkpoint, .read = read_checkpoint, .sealed = true},
    {.name = "PNG",
     .make = make_png,
     .read = read_png,
     .beginning = begins_png,
     .behind = BEHIND_ANYTHING},
    {.name = "classes.txt", .make = make_names, .read = read_names, .beginning = begins_names},
};

const size_t file_format_count = sizeof file_formats / sizeof *file_formats;

const file_format *file_format_named(const char *name) {
    for (size_t i = 0; i < file_format_count; i++)
        if (!strcmp(file_formats[i].name, name))
            return &file_formats[i];
    fail_msg("no format %s", name);
    return NULL;
}
