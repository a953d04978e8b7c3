/* The safetensors format: eight bytes of header length, a header of JSON, the numbers of all
 * tensors one after the other, little-endian. A file that the reference implementation refuses is
 * refused here. https://huggingface.co/docs/safetensors */
#ifndef FILES_SAFETENSORS_H
#define FILES_SAFETENSORS_H

#include "error.h"
#include "file.h"
#include "safetensors_head.h"

#include <jansson.h>

#define SAFETENSORS_RANK_MAX 8

/* Numbers are copied as they are. */
#if defined(__BYTE_ORDER__) && defined(__ORDER_LITTLE_ENDIAN__)
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a little-endian machine is wanted");
#endif

typedef struct safetensors_type {
    const char *name;
    size_t bytes; /* of one number */
} safetensors_type;

extern const safetensors_type safetensors_f32, safetensors_f64, safetensors_i32;

/* -------------------------------------------------------------------------------------- reading */

typedef struct safetensors_entry {
    const char *name;
    const safetensors_type *type;
    size_t rank, shape[SAFETENSORS_RANK_MAX];
    size_t begin, end; /* bytes of the file */
    size_t key;        /* the entry's place among the keys of the header */
    bool wanted;       /* false; the caller's to mark what it knows */
} safetensors_entry;

/* Looks into the bytes it was opened on, which must outlive it. */
typedef struct safetensors {
    const uint8_t *bytes;
    size_t size, data; /* data: where the numbers begin */
    json_t *header;
    const json_t *metadata; /* of strings, or NULL */
    size_t metadata_key;
    safetensors_entry *entries; /* by name */
    size_t count;
} safetensors;

/* Checks everything that can be known without the numbers. Takes memory for the header alone. On
 * failure there is nothing to close. */
bool safetensors_open(safetensors *file, const void *bytes, size_t size, cnn_error *error);
void safetensors_close(safetensors *file);

/* NULL if there is none. */
safetensors_entry *safetensors_find(const safetensors *file, const char *name);
/* The text of a key of the metadata, or NULL. */
const char *safetensors_metadata(const safetensors *file, const char *key);
/* The byte of the file where a key of the header's object begins. */
size_t safetensors_key_offset(const safetensors *file, size_t key);

/* -------------------------------------------------------------------------------------- writing */

typedef struct safetensors_tensor {
    const char *name; /* no two alike, valid UTF-8 */
    const safetensors_type *type;
    size_t rank, shape[4];
    const void *data;
} safetensors_tensor;

/* A whole file in pieces, which look into the tensors it was made of. Zeroed, it is empty. */
typedef struct safetensors_image {
    file_part *parts;
    size_t count, size; /* size: of all parts, in bytes */
    char *head;
} safetensors_image;

/* Numbers of eight bytes come first, so that all stand on a multiple of their size; else the order
 * is the one given. The same tensors and metadata (strings, or NULL; steals it) make the same
 * bytes.
 */
bool safetensors_build(safetensors_image *image, json_t *metadata,
                       const safetensors_tensor *tensors, size_t count, cnn_error *error);
/* The whole file as one block of *size bytes, to be freed; NULL without memory. */
void *safetensors_bytes(const safetensors_image *image, size_t *size, cnn_error *error);
void safetensors_release(safetensors_image *image);

#endif
