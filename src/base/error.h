/* How functions inside the library fail: they set the error if there is one, and return false. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "cnn.h"

/* Always false, so that `return error_set(...)` and `ok = error_set(...)` read well. */
bool error_set(cnn_error *error, cnn_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for CNN_STATUS_BAD_FILE at a byte of a file. */
bool error_at(cnn_error *error, size_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds the file to an error that is set. Always false. */
bool error_in_file(cnn_error *error, const char *path);

/* False, with an error that names the pointer, if a required pointer is NULL. */
bool given(const void *pointer, const char *name, cnn_error *error);

/* False, with an error, if the reserved part of a caller's struct is not 0. */
bool reserved_unused(const uint64_t reserved[CNN_RESERVED], cnn_error *error);

/* SIZE_MAX means a size that does not fit in size_t. Always false. */
bool error_no_memory(cnn_error *error, size_t bytes);

#endif
