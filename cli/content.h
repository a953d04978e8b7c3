/* Reads a file, a pipe or standard input once: first the bytes that show its kind, then the rest on
 * request. */
#ifndef CLI_CONTENT_H
#define CLI_CONTENT_H

#include "cnn.h"

typedef struct content {
    const char *name; /* for errors: the path, or "standard input" */
    cnn_file_kind kind;
    const char *kind_name; /* "a JPEG" */
    unsigned char *bytes;  /* those read so far */
    size_t size, capacity;
    int file; /* descriptor */
} content;

/* Opens a file, or standard input for "-", and reads its beginning. An error names the file. On
 * failure there is nothing to close. */
bool content_open(content *content, const char *path, cnn_error *error);
/* Reads the rest. An error names the file if it has more than `most` bytes in all; a file is
 * refused before any are read. */
bool content_read(content *content, size_t most, cnn_error *error);
void content_close(content *content);

/* The largest file of tensors or images that is read, and the largest network text. */
#define CONTENT_MOST ((size_t)UINT32_MAX - 1)
#define CONTENT_TEXT ((size_t)1 << 20)

/* Puts the file's name into an error that has none. Always false. */
bool content_blame(const content *content, cnn_error *error);

#endif
