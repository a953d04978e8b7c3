/* Reads and writes the safetensors format: eight bytes of header length, a JSON header, and the
 * numbers of all tensors one after the other, little-endian. A file that the reference
 * implementation refuses is refused here. https://huggingface.co/docs/safetensors */
#ifndef FILES_SAFETENSORS_H
#define FILES_SAFETENSORS_H

#include "error.h"
#include "file.h"
#include "safetensors_head.h"

#include <jansson.h>

#define SAFETENSORS_RANK_MAX 8

/* Numbers are copied without conversion. */
#if defined(__BYTE_ORDER__) && defined(__ORDER_LITTLE_ENDIAN__)
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a little-endian machine is required");
#endif

typedef struct safetensors_type {
    const char *name;
    size_t bytes; /* per number */
} safetensors_type;

extern const safetensors_type safetensors_f32, safetensors_f64, safetensors_i32;

/* -------------------------------------------------------------------------------------- reading */

typedef struct safetensors_entry {
    const char *name;
    const safetensors_type *type;
    size_t rank, shape[SAFETENSORS_RANK_MAX];
    size_t begin, end; /* byte range in the file */
    size_t key;        /* index among the keys of the header */
    bool wanted;       /* initially false; set by the caller for known tensors */
} safetensors_entry;

/* Points into the bytes it was opened on, which must outlive it. */
typedef struct safetensors {
    const uint8_t *bytes;
    size_t size, data; /* data: where the numbers begin */
    json_t *header;
    const json_t *metadata; /* an object of strings, or NULL */
    size_t metadata_key;
    safetensors_entry *entries; /* sorted by name */
    size_t count;
} safetensors;

/* Checks everything except the numbers. Allocates memory for the header only. On failure there is
 * nothing to close. */
bool safetensors_open(safetensors *file, const void *bytes, size_t size, cnn_error *error);
void safetensors_close(safetensors *file);

/* NULL if there is none. */
safetensors_entry *safetensors_find(const safetensors *file, const char *name);
/* The text of a metadata key, or NULL. */
const char *safetensors_metadata(const safetensors *file, const char *key);
/* The byte of the file where a key of the header's object begins. */
size_t safetensors_key_offset(const safetensors *file, size_t key);

/* -------------------------------------------------------------------------------------- writing */

typedef struct safetensors_tensor {
    const char *name; /* unique, valid UTF-8 */
    const safetensors_type *type;
    size_t rank, shape[4];
    const void *data;
} safetensors_tensor;

/* A complete file in parts, which point into the tensors it was made from. Zeroed, it is empty. */
typedef struct safetensors_image {
    file_part *parts;
    size_t count, size; /* size: of all parts, in bytes */
    char *head;
} safetensors_image;

/* Eight-byte numbers come first, so that all are aligned to their size; otherwise the order is the
 * given one. Takes over the metadata (strings, or NULL). The same tensors and metadata give the
 * same bytes. */
bool safetensors_build(safetensors_image *image, json_t *metadata,
                       const safetensors_tensor *tensors, size_t count, cnn_error *error);
/* The whole file as one block of *size bytes, to be freed; NULL without memory. */
void *safetensors_bytes(const safetensors_image *image, size_t *size, cnn_error *error);
void safetensors_release(safetensors_image *image);

#endif
