/* cnn.h - the public interface of cnn.c, a convolutional network written by hand. Programs include
 * this header only; its parts are in the same folder.
 *
 * Letters, as in cuDNN: N images, C channels in, H x W in, K channels out, R x S kernel, P x Q out,
 * u, v stride. dx means the derivative of the loss with respect to x.
 * Layout: channels last. Activations x[n][h][w][c], convolution weights w[r][s][c][k], dense
 * weights w[c][k]. Only files use PyTorch's layouts.
 * Names: cnn_object_verb(); a getter has the name of what it returns, cnn_model_network(), or
 * _get_info for a struct of facts; _count and _at for lists; enumerators and macros CNN_KIND_VALUE.
 * Options are passed by pointer and copied; NULL means the defaults.
 * Errors: a function that makes an object returns it or NULL; any other that can fail returns bool.
 * The last argument receives the reason and may be NULL. The library never prints, exits or aborts.
 * Its only global state is a count of forks, so threads may use different objects at once; each
 * type says what holds for one object.
 * Arguments: every call checks its arguments first. A NULL where a pointer is needed and an invalid
 * number, index or enumerator are refused with CNN_STATUS_BAD_ARGUMENT; calls without an error
 * argument then do nothing and return 0 (structs: all 0), NULL, false or NaN. NULL may be freed. A
 * pointer that is not NULL must point to an object of its type, or to as many elements as the sizes
 * beside it say. */
#ifndef CNN_H
#define CNN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)
/* Until 1.0 a MINOR version may change anything, and the name of the shared library contains it; a
 * PATCH never does. From 1.0 on, MINOR versions only add: functions, enumerators at the end, and
 * fields in place of `reserved`. For that, programs must leave `reserved` 0 in the structs they
 * fill in; designated initializers, defaults and memset() do so. */
#define CNN_VERSION_MAJOR 0
#define CNN_VERSION_MINOR 1
#define CNN_VERSION_PATCH 0
#define CNN_VERSION "0.1.0"
#define CNN_RESERVED 4 /* numbers reserved in a struct for later versions */
/* The version of the library linked, which may differ from CNN_VERSION compiled against. */
const char *cnn_version(void);

typedef enum cnn_status {
    CNN_STATUS_OK,
    CNN_STATUS_NO_MEMORY,
    CNN_STATUS_BAD_ARGUMENT,
    CNN_STATUS_BAD_NETWORK, /* an invalid description: see line and column */
    CNN_STATUS_BAD_FILE,    /* malformed bytes: see file and offset */
    CNN_STATUS_IO,          /* the operating system refused: see file */
    CNN_STATUS_STOPPED,     /* a callback asked to stop */
    CNN_STATUS_DIVERGED     /* a loss or parameters are no longer finite */
} cnn_status;
#define CNN_ERROR_NO_OFFSET SIZE_MAX
typedef struct cnn_error {
    cnn_status status;
    char message[256];   /* one line, no trailing full stop */
    char file[256];      /* the file at fault (its last part if the path is longer), or "" */
    size_t offset;       /* the byte of that file, or CNN_ERROR_NO_OFFSET */
    size_t line, column; /* in a network text, from 1; else 0 */
} cnn_error;

/* Writes "FILE: byte N: MESSAGE" without its unknown parts, cleaned by cnn_text_clean(); "" if
 * error is NULL. Truncates to size. */
void cnn_error_text(const cnn_error *error, char *text, size_t size);

/* File names may hold characters that end a line or control a terminal: control characters (C0,
 * DEL, C1, line and paragraph separators), broken UTF-8, and characters that change the direction
 * of writing. cnn_text_clean() replaces each by a ?, in place; the text never gets longer. For
 * other replacements, cnn_text_character() returns the number of bytes of the first character of
 * text (0 at its end, 1 for an invalid byte) and whether it may be shown unchanged. */
void cnn_text_clean(char *text);
size_t cnn_text_character(const char *text, bool *shown);

/* Writes a file as the library writes its own: into a temporary file in the same folder, which is
 * flushed and renamed. So path holds the old file or the new one, never a part. A device, such as
 * /dev/stdout, is written to directly. */
bool cnn_file_save(const char *path, const void *bytes, size_t size, cnn_error *error);

/* The kind of a file by its first bytes (the magic numbers of the formats). At most
 * CNN_FILE_MARKS_SIZE bytes are examined; with fewer, fewer kinds are recognized. A text is valid
 * UTF-8 as far as it was examined. *name, if not NULL, receives a static description such as "a
 * JPEG" or "UTF-16 text". */
typedef enum cnn_file_kind {
    CNN_FILE_EMPTY,
    CNN_FILE_SAFETENSORS, /* a model, a checkpoint, a trace, or another program's tensors */
    CNN_FILE_PNG,
    CNN_FILE_IDX,
    CNN_FILE_GZIP, /* may hold IDX */
    CNN_FILE_TEXT,
    CNN_FILE_OTHER
} cnn_file_kind;
#define CNN_FILE_MARKS_SIZE 32
cnn_file_kind cnn_file_kind_of(const void *bytes, size_t size, const char **name);

/* Layers and their shapes. */
#include "cnn_network.h"

/* Single pictures. */
#include "cnn_picture.h"

/* Images with labels. */
#include "cnn_data.h"

/* A network with its parameters, and passes through it. */
#include "cnn_model.h"

/* Where each number of a model comes from. */
#include "cnn_explain.h"

/* Optimizers, schedules, runs. */
#include "cnn_training.h"

/* Gradient check, doctor and traces. */
#include "cnn_checks.h"

/* Classic mistakes, and their diagnosis. */
#include "cnn_mistakes.h"

/* Exercises to write a layer oneself, and their check. */
#include "cnn_workshop.h"

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
