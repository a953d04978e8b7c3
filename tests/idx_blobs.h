/* IDX files made by hand, and how a refusal reads. */
#ifndef TESTS_IDX_BLOBS_H
#define TESTS_IDX_BLOBS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cnn.h"

#define CAPACITY 4096

/* The bytes of a file. */
typedef struct blob {
    uint8_t data[CAPACITY];
    size_t size;
} blob;

void put32(blob *file, uint32_t value);
/* Pixels 0, 7, 14, ... */
blob images_of(uint32_t count, uint32_t height, uint32_t width);
/* Labels 0, 1, ..., 9, 0, ... */
blob labels_of(uint32_t count);
blob zipped(const void *data, size_t size);

/* From copies of exactly that many bytes, so that the sanitizer sees a read past the end. */
cnn_dataset *parse(const blob *images, const blob *labels, size_t classes, cnn_error *error);

void assert_error(const cnn_error *error, cnn_status status, const char *text);
/* Refused as a bad file, with this error text; and also without an error to fill. */
void assert_refused(const blob *images, const blob *labels, size_t classes, const char *text);
/* images_of(3, 4, 5) with labels_of(3), of ten classes. */
void assert_three_images(const cnn_dataset *set);

#endif
