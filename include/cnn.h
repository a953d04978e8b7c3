/* cnn.h - the public interface of cnn.c, a convolutional network written by hand: the one header
 * that programs include. Its parts stand beside it.
 *
 * Letters, after cuDNN: N images, C channels in, H x W in, K channels out, R x S kernel, P x Q out,
 * u, v stride. dx means the derivative of the loss with respect to x.
 * Layout: channels last. Activations x[n][h][w][c], convolution weights w[r][s][c][k], dense
 * weights w[c][k]. Only files use PyTorch's layouts.
 * Names: cnn_object_verb(); a getter is called after what it gives, cnn_model_network(), or
 * _get_info for a struct of facts; _count and _at for lists; enumerators and macros CNN_KIND_VALUE.
 * Options are passed by pointer and copied; NULL means the defaults.
 * Errors: what makes an object returns it or NULL; whatever else can fail returns bool. The last
 * argument says what went wrong and may be NULL. The library never prints, exits or aborts and has
 * no global state but a count of forks: threads may use different objects at once; for one object
 * see its type.
 * Arguments: whatever a call gets is checked where it enters. A NULL where something is needed, and
 * a number, index or enumerator that cannot be, are refused with CNN_STATUS_BAD_ARGUMENT; calls
 * without an error then do nothing and return 0 (structs: all 0), NULL, false or NaN. NULL may be
 * freed. What is not NULL has to be what its type says, and as long as the sizes beside it. */
#ifndef CNN_H
#define CNN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)
/* Until 1.0 a MINOR version may change anything, and the name of the shared library says which it
 * is; a PATCH never does. From 1.0 on MINOR versions only add: functions, enumerators at the end,
 * and fields in place of `reserved`. So that they can, what a program fills in has to leave
 * `reserved` 0, which designated initializers, defaults and memset() do. */
#define CNN_VERSION_MAJOR 0
#define CNN_VERSION_MINOR 1
#define CNN_VERSION_PATCH 0
#define CNN_VERSION "0.1.0"
#define CNN_RESERVED 4 /* numbers that a struct keeps for later versions */
/* The version of the library linked, which may differ from CNN_VERSION compiled against. */
const char *cnn_version(void);

typedef enum cnn_status {
    CNN_STATUS_OK,
    CNN_STATUS_NO_MEMORY,
    CNN_STATUS_BAD_ARGUMENT,
    CNN_STATUS_BAD_NETWORK, /* a description that cannot be built: see line and column */
    CNN_STATUS_BAD_FILE,    /* bytes that are not what they should be: see file and offset */
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

/* Writes "FILE: byte N: MESSAGE", or "" for NULL, leaving out the parts that are not known,
 * cleaned. Cuts at size. */
void cnn_error_text(const cnn_error *error, char *text, size_t size);

/* Names of files may hold what ends a line or steers a terminal: control characters (C0, DEL, C1,
 * line and paragraph separators), broken UTF-8, and what turns the direction of writing.
 * cnn_text_clean() puts a ? in the place of each, in text itself, which never gets longer. For
 * those who mean to show it otherwise, the other returns the bytes of the character that text
 * begins with (0 at its end; 1 for a byte that is none) and whether it may be shown as it is. */
void cnn_text_clean(char *text);
size_t cnn_text_character(const char *text, bool *shown);

/* Writes a file as the library writes its own: to a temporary file beside it, flushed, renamed. The
 * old file or the new, never half. A device, such as /dev/stdout, is written to directly. */
bool cnn_file_save(const char *path, const void *bytes, size_t size, cnn_error *error);

/* What kind of file begins with these bytes, by the marks that formats put at their beginning; of
 * more than CNN_FILE_MARKS_SIZE bytes only so many are looked at, and fewer may tell less. A text
 * is UTF-8 as far as that goes. *name, if not NULL, is what people call it, such as "a JPEG" or
 * "UTF-16 text"; static. */
typedef enum cnn_file_kind {
    CNN_FILE_EMPTY,
    CNN_FILE_SAFETENSORS, /* a model, a checkpoint, a trace, or another program's tensors */
    CNN_FILE_PNG,
    CNN_FILE_IDX,
    CNN_FILE_GZIP, /* which may hold IDX */
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

/* A network with its parameters, and what passes through it. */
#include "cnn_model.h"

/* Where each number of a model comes from. */
#include "cnn_explain.h"

/* Optimizers, schedules, runs. */
#include "cnn_training.h"

/* Gradient check, doctor and traces. */
#include "cnn_checks.h"

/* Classic mistakes, and their diagnosis. */
#include "cnn_mistakes.h"

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
