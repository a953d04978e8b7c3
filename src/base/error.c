/* Fills in the caller's error struct where something fails; callers with the path add it later. No
 * memory is allocated, so that out of memory can be reported too. NULL is a caller that needs no
 * reason. */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Starts from a cleared error, so nothing of an earlier one remains. Truncates long messages. */
static void fill(cnn_error *error, cnn_status status, size_t offset, const char *format,
                 va_list values) {
    if (!error)
        return;
    *error = (cnn_error){.status = status, .offset = offset};
    vsnprintf(error->message, sizeof error->message, format, values);
}

bool error_set(cnn_error *error, cnn_status status, const char *format, ...) {
    va_list values;
    va_start(values, format);
    fill(error, status, CNN_ERROR_NO_OFFSET, format, values);
    va_end(values);
    return false;
}

bool error_at(cnn_error *error, size_t offset, const char *format, ...) {
    va_list values;
    va_start(values, format);
    fill(error, CNN_STATUS_BAD_FILE, offset, format, values);
    va_end(values);
    return false;
}

bool error_in_file(cnn_error *error, const char *path) {
    if (!error)
        return false;
    /* The end of a long path is more useful than its beginning. */
    const size_t length = strlen(path), capacity = sizeof error->file - 1;
    snprintf(error->file, sizeof error->file, "%s",
             length > capacity ? path + length - capacity : path);
    return false;
}

bool given(const void *pointer, const char *name, cnn_error *error) {
    return pointer || error_set(error, CNN_STATUS_BAD_ARGUMENT, "%s is NULL", name);
}

bool reserved_unused(const uint64_t reserved[CNN_RESERVED], cnn_error *error) {
    for (size_t i = 0; i < CNN_RESERVED; i++)
        if (reserved[i])
            return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                             "reserved bytes of the options are not 0");
    return true;
}

bool error_no_memory(cnn_error *error, size_t bytes) {
    return error_set(error, CNN_STATUS_NO_MEMORY, "no memory for %zu bytes", bytes);
}

void cnn_error_text(const cnn_error *error, char *text, size_t size) {
    char position[32] = "";
    if (!text || !size)
        return;
    text[0] = '\0';
    if (!error)
        return;
    if (error->offset != CNN_ERROR_NO_OFFSET)
        snprintf(position, sizeof position, "byte %zu: ", error->offset);
    snprintf(text, size, "%s%s%s%s", error->file, error->file[0] ? ": " : "", position,
             error->message);
    cnn_text_clean(text);
}

const char *cnn_version(void) {
    return CNN_VERSION;
}
