/* Builds IDX files byte by byte, and compares refusals with what they should say. */
#include "idx_blobs.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

void put32(blob *file, uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        file->data[file->size++] = (uint8_t)(value >> shift);
}

blob images_of(uint32_t count, uint32_t height, uint32_t width) {
    blob file = {.size = 0};
    put32(&file, 0x803);
    put32(&file, count);
    put32(&file, height);
    put32(&file, width);
    for (size_t i = 0; i < (size_t)count * height * width; i++)
        file.data[file.size++] = (uint8_t)(7 * i);
    return file;
}

blob labels_of(uint32_t count) {
    blob file = {.size = 0};
    put32(&file, 0x801);
    put32(&file, count);
    for (uint32_t i = 0; i < count; i++)
        file.data[file.size++] = (uint8_t)(i % 10);
    return file;
}

blob zipped(const void *data, size_t size) {
    blob file;
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)size};
    stream.next_out = file.data;
    stream.avail_out = sizeof file.data;
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    file.size = sizeof file.data - stream.avail_out;
    deflateEnd(&stream);
    return file;
}

cnn_dataset *parse(const blob *images, const blob *labels, size_t classes, cnn_error *error) {
    uint8_t *a = malloc(images->size ? images->size : 1), *b = malloc(labels->size + 1);
    assert_non_null(a);
    assert_non_null(b);
    memcpy(a, images->data, images->size);
    memcpy(b + 1, labels->data, labels->size);
    cnn_dataset *set = cnn_dataset_from_idx(a, images->size, b + 1, labels->size, classes, error);
    free(a);
    free(b);
    return set;
}

void assert_error(const cnn_error *error, cnn_status status, const char *text) {
    char got[600];
    cnn_error_text(error, got, sizeof got);
    assert_string_equal(got, text);
    assert_int_equal(error->status, status);
}

void assert_refused(const blob *images, const blob *labels, size_t classes, const char *text) {
    cnn_error error;
    assert_null(parse(images, labels, classes, &error));
    assert_error(&error, CNN_STATUS_BAD_FILE, text);
    assert_null(parse(images, labels, classes, NULL));
}

void assert_three_images(const cnn_dataset *set) {
    assert_non_null(set);
    const cnn_dataset_info info = cnn_dataset_get_info(set);
    const blob images = images_of(3, 4, 5);
    assert_int_equal(info.images, 3);
    assert_int_equal(info.height, 4);
    assert_int_equal(info.width, 5);
    assert_int_equal(info.channels, 1);
    assert_int_equal(info.classes, 10);
    for (size_t i = 0; i < 3; i++) {
        assert_memory_equal(cnn_dataset_image_at(set, i), images.data + 16 + 20 * i, 20);
        assert_int_equal(cnn_dataset_label_at(set, i), i);
    }
}
