/* Reads the header of a safetensors file and checks every offset before it is used. */
#include "safetensors.h"

#include "bytes.h"
#include "json_text.h"
#include "memory.h"
#include "shown.h"

#include <stdlib.h>
#include <string.h>

#define METADATA "__metadata__"

const safetensors_type safetensors_f32 = {"F32", 4}, safetensors_f64 = {"F64", 8},
                       safetensors_i32 = {"I32", 4};

/* Types of known size that this library does not use. */
static const safetensors_type OTHERS[] = {
    {"BOOL", 1},    {"U8", 1},      {"I8", 1},          {"F8_E5M2", 1},
    {"F8_E4M3", 1}, {"F8_E8M0", 1}, {"F8_E4M3FNUZ", 1}, {"F8_E5M2FNUZ", 1},
    {"I16", 2},     {"U16", 2},     {"F16", 2},         {"BF16", 2},
    {"U32", 4},     {"I64", 8},     {"U64", 8},         {"C64", 8},
};

static const safetensors_type *type_of(const char *name) {
    const safetensors_type *mains[] = {&safetensors_f32, &safetensors_f64, &safetensors_i32};
    for (size_t i = 0; i < sizeof mains / sizeof *mains; i++)
        if (!strcmp(mains[i]->name, name))
            return mains[i];
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        if (!strcmp(OTHERS[i].name, name))
            return &OTHERS[i];
    return NULL;
}

/* ---------------------------------------------------------------------------- places for errors */

/* The end of the string that begins at text[at]. The text is valid JSON. */
static size_t string_end(const uint8_t *text, size_t at) {
    for (at++; text[at] != '"'; at++)
        at += text[at] == '\\';
    return at;
}

size_t safetensors_key_offset(const safetensors *file, size_t key) {
    size_t depth = 0;
    bool value = true; /* the next string of the outermost object is not a key */
    for (size_t at = SAFETENSORS_LENGTH_BYTES; at < file->data; at++) {
        const uint8_t c = file->bytes[at];
        if (c == '"') {
            if (depth == 1 && !value && key-- == 0)
                return at;
            value = true;
            at = string_end(file->bytes, at);
        } else if (c == '{' || c == '[') {
            depth++;
            value = false;
        } else if (c == '}' || c == ']') {
            depth--;
        } else if (c == ',') {
            value = false;
        }
    }
    return SAFETENSORS_LENGTH_BYTES;
}

/* Reports at the key of the entry in the header. */
#define REFUSE(file, entry, error, ...)                                                            \
    error_at(error, safetensors_key_offset(file, (entry)->key), __VA_ARGS__)

/* Names come from the file and may be long or unprintable. */
static shown called(const safetensors_entry *entry) {
    return show_name(entry->name);
}

/* ---------------------------------------------------------------------------------- one tensor */

/* Also false if the value is not an integer of at least 0. */
static bool get_size(const json_t *value, size_t *size) {
    const json_int_t number = json_integer_value(value);
    *size = (size_t)number;
    return json_is_integer(value) && number >= 0 && (uintmax_t)number <= SIZE_MAX;
}

/* Each of these fills one part of the entry from a value of any type, or NULL. */
static bool read_type(const safetensors *file, safetensors_entry *entry, const json_t *value,
                      cnn_error *error) {
    const char *name = json_string_value(value);
    if (!name)
        return REFUSE(file, entry, error, "tensor \"%s\": no dtype", called(entry).text);
    entry->type = type_of(name);
    return entry->type || REFUSE(file, entry, error, "tensor \"%s\": unknown dtype \"%s\"",
                                 called(entry).text, show(name, strlen(name), 20).text);
}

static bool read_shape(const safetensors *file, safetensors_entry *entry, const json_t *value,
                       cnn_error *error) {
    if (!json_is_array(value))
        return REFUSE(file, entry, error, "tensor \"%s\": no shape", called(entry).text);
    entry->rank = json_array_size(value);
    if (entry->rank > SAFETENSORS_RANK_MAX)
        return REFUSE(file, entry, error, "tensor \"%s\": a shape of %zu sizes, more than %d",
                      called(entry).text, entry->rank, SAFETENSORS_RANK_MAX);
    for (size_t i = 0; i < entry->rank; i++)
        if (!get_size(json_array_get(value, i), &entry->shape[i]))
            return REFUSE(file, entry, error, "tensor \"%s\": size %zu of its shape is no size",
                          called(entry).text, i);
    return true;
}

/* The range of the numbers, checked against the file. */
static bool read_offsets(const safetensors *file, safetensors_entry *entry, const json_t *value,
                         cnn_error *error) {
    const size_t capacity = file->size - file->data;
    size_t begin, end;
    if (json_array_size(value) != 2 || !get_size(json_array_get(value, 0), &begin) ||
        !get_size(json_array_get(value, 1), &end))
        return REFUSE(file, entry, error, "tensor \"%s\": no data_offsets", called(entry).text);
    if (begin > end)
        return REFUSE(file, entry, error, "tensor \"%s\": ends at %zu, before it begins at %zu",
                      called(entry).text, end, begin);
    if (end > capacity)
        return error_at(error, file->size, "the file ends %zu bytes before tensor \"%s\" does",
                        end - capacity, called(entry).text);
    entry->begin = file->data + begin;
    entry->end = file->data + end;
    return true;
}

/* Sizes are used only if they agree with the number of bytes. */
static bool check_bytes(const safetensors *file, const safetensors_entry *entry, cnn_error *error) {
    size_t bytes = entry->type->bytes;
    bool fits = true;
    for (size_t i = 0; i < entry->rank; i++)
        fits = fits && size_multiply(bytes, entry->shape[i], &bytes);
    if (!fits)
        return REFUSE(file, entry, error, "tensor \"%s\": its shape is too large",
                      called(entry).text);
    return bytes == entry->end - entry->begin ||
           REFUSE(file, entry, error, "tensor \"%s\": %s of %s takes %zu bytes, it has %zu",
                  called(entry).text, show_shape(entry->rank, entry->shape).text, entry->type->name,
                  bytes, entry->end - entry->begin);
}

/* An unknown key could change the meaning of the others. */
static bool check_keys(const safetensors *file, const safetensors_entry *entry, json_t *object,
                       cnn_error *error) {
    if (!json_is_object(object))
        return REFUSE(file, entry, error, "tensor \"%s\" is no object", called(entry).text);
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
        const char *key = json_object_iter_key(i);
        if (strcmp(key, "dtype") && strcmp(key, "shape") && strcmp(key, "data_offsets"))
            return REFUSE(file, entry, error, "tensor \"%s\": unknown key \"%s\"",
                          called(entry).text, show(key, strlen(key), 20).text);
    }
    return true;
}

/* The order matters: each step relies on those before it. */
static bool read_tensor(const safetensors *file, safetensors_entry *entry, json_t *object,
                        cnn_error *error) {
    return check_keys(file, entry, object, error) &&
           read_type(file, entry, json_object_get(object, "dtype"), error) &&
           read_shape(file, entry, json_object_get(object, "shape"), error) &&
           read_offsets(file, entry, json_object_get(object, "data_offsets"), error) &&
           check_bytes(file, entry, error);
}

/* ---------------------------------------------------------------------------------- the header */

/* Any keys, as other programs store theirs here too; null means no metadata. */
static bool read_metadata(safetensors *file, json_t *object, size_t key, cnn_error *error) {
    bool strings = json_is_object(object) || json_is_null(object);
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i))
        strings = strings && json_is_string(json_object_iter_value(i));
    file->metadata = object;
    file->metadata_key = key;
    return strings || error_at(error, safetensors_key_offset(file, key),
                               METADATA " is not an object of strings");
}

/* In the order of the header, which jansson keeps: an entry's index there locates its text. */
static bool read_entries(safetensors *file, cnn_error *error) {
    size_t key = 0;
    file->entries = memory_new(json_object_size(file->header), sizeof *file->entries, error);
    if (!file->entries)
        return false;
    for (void *i = json_object_iter(file->header); i;
         i = json_object_iter_next(file->header, i), key++) {
        const char *name = json_object_iter_key(i);
        safetensors_entry *entry = &file->entries[file->count];
        *entry = (safetensors_entry){.name = name, .key = key};
        const bool metadata = !strcmp(name, METADATA);
        if (!(metadata ? read_metadata(file, json_object_iter_value(i), key, error)
                       : read_tensor(file, entry, json_object_iter_value(i), error)))
            return false;
        file->count += !metadata;
    }
    return true;
}

/* At the same offset the empty tensor comes first, as consecutive tensors require. */
static int by_offset(const void *a, const void *b) {
    const safetensors_entry *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

static int by_name(const void *a, const void *b) {
    const safetensors_entry *x = a, *y = b;
    return strcmp(x->name, y->name);
}

/* Each byte of the data must belong to exactly one tensor. */
static bool check_cover(safetensors *file, cnn_error *error) {
    size_t at = file->data;
    qsort(file->entries, file->count, sizeof *file->entries, by_offset);
    for (size_t i = 0; i < file->count; i++) {
        const safetensors_entry *entry = &file->entries[i];
        if (entry->begin < at)
            return error_at(error, entry->begin, "tensor \"%s\" begins within tensor \"%s\"",
                            called(entry).text, called(entry - 1).text);
        if (entry->begin > at)
            return error_at(error, at, "%zu bytes before tensor \"%s\" belong to none",
                            entry->begin - at, called(entry).text);
        at = entry->end;
    }
    return at == file->size ||
           error_at(error, at, "%zu bytes after the last tensor", file->size - at);
}

/* Locates the header's text, before it is read. */
static bool find_header(safetensors *file, cnn_error *error) {
    bytes in = {file->bytes, file->size, 0};
    uint64_t length;
    if (!bytes_u64_little(&in, &length))
        return error_at(error, file->size, "the file ends within its first %d bytes",
                        SAFETENSORS_LENGTH_BYTES);
    if (length > SAFETENSORS_HEADER_MAX)
        return error_at(error, 0, "not safetensors: a header of %llu bytes, more than %zu",
                        (unsigned long long)length, SAFETENSORS_HEADER_MAX);
    if (length > file->size - SAFETENSORS_LENGTH_BYTES)
        return error_at(error, file->size, "the file ends %zu bytes before its header does",
                        (size_t)length - (file->size - SAFETENSORS_LENGTH_BYTES));
    if (length == 0 || file->bytes[SAFETENSORS_LENGTH_BYTES] != '{')
        return error_at(error, SAFETENSORS_LENGTH_BYTES,
                        "not safetensors: the header is no JSON object");
    file->data = SAFETENSORS_LENGTH_BYTES + (size_t)length;
    return true;
}

/* Refuses -0: jansson reads it as 0, but the reference allows digits only; other negative numbers
 * have been refused by now. */
static bool check_signs(const safetensors *file, cnn_error *error) {
    for (size_t at = SAFETENSORS_LENGTH_BYTES; at < file->data; at++) {
        if (file->bytes[at] == '"')
            at = string_end(file->bytes, at);
        else if (file->bytes[at] == '-')
            return error_at(error, at, "-0 is no size, which has digits alone");
    }
    return true;
}

/* On failure the file is partly filled, for safetensors_close(). */
static bool read_header(safetensors *file, cnn_error *error) {
    if (!find_header(file, error))
        return false;
    file->header =
        json_read((const char *)file->bytes + SAFETENSORS_LENGTH_BYTES,
                  file->data - SAFETENSORS_LENGTH_BYTES, SAFETENSORS_LENGTH_BYTES, error);
    return file->header && read_entries(file, error) && check_signs(file, error) &&
           check_cover(file, error);
}

bool safetensors_open(safetensors *file, const void *bytes, size_t size, cnn_error *error) {
    *file = (safetensors){.bytes = bytes, .size = size};
    if (read_header(file, error)) {
        qsort(file->entries, file->count, sizeof *file->entries, by_name);
        return true;
    }
    safetensors_close(file);
    return false;
}

void safetensors_close(safetensors *file) {
    json_decref(file->header);
    free(file->entries);
    *file = (safetensors){.bytes = NULL};
}

safetensors_entry *safetensors_find(const safetensors *file, const char *name) {
    const safetensors_entry key = {.name = name};
    if (!file->count)
        return NULL;
    return bsearch(&key, file->entries, file->count, sizeof key, by_name);
}

const char *safetensors_metadata(const safetensors *file, const char *key) {
    return json_string_value(json_object_get(file->metadata, key));
}
