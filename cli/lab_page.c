/* Puts a model and images into a page: each as a script element that no browser runs, its bytes
 * deflated and in base64, as lab/src/payload.ts unpacks them. */
#define _POSIX_C_SOURCE 200809L
#include "lab_page.h"

#include "json_line.h"
#include "source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

typedef struct blob {
    unsigned char *bytes; /* owned; NULL: no memory */
    size_t size;
} blob;

/* Raw deflate. Sizes of 32 bits suffice: content_read() and --limit keep them far below. */
static blob deflated(const void *bytes, size_t size) {
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)bytes, .avail_in = (uInt)size};
    blob packed = {NULL, 0};
    if (size > UINT32_MAX / 2 ||
        deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        return packed;
    const size_t most = deflateBound(&stream, (uLong)size);
    packed.bytes = malloc(most);
    stream.next_out = packed.bytes;
    stream.avail_out = (uInt)most;
    if (packed.bytes && deflate(&stream, Z_FINISH) == Z_STREAM_END)
        packed.size = most - stream.avail_out;
    deflateEnd(&stream);
    return packed;
}

static void put_base64(FILE *to, const blob *packed) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < packed->size; i += 3) {
        const size_t left = packed->size - i;
        const unsigned char *b = packed->bytes + i;
        const unsigned three =
            (unsigned)b[0] << 16 | (left > 1 ? (unsigned)b[1] << 8 : 0) | (left > 2 ? b[2] : 0);
        putc(digits[three >> 18], to);
        putc(digits[three >> 12 & 63], to);
        putc(left > 1 ? digits[three >> 6 & 63] : '=', to);
        putc(left > 2 ? digits[three & 63] : '=', to);
    }
}

static bool put_element(FILE *to, const char *id, const void *bytes, size_t size) {
    blob packed = deflated(bytes, size);
    const bool good = packed.size > 0;
    fprintf(to, "<script type=\"application/octet-stream\" id=\"%s\">", id);
    if (good)
        put_base64(to, &packed);
    fputs("</script>\n", to);
    free(packed.bytes);
    return good;
}

static size_t image_size(const cnn_dataset *images) {
    const cnn_dataset_info info = cnn_dataset_get_info(images);
    return info.height * info.width * info.channels;
}

static bool put_pixels(FILE *to, const char *id, const cnn_dataset *images) {
    const size_t count = images ? cnn_dataset_get_info(images).images : 0;
    const size_t each = images ? image_size(images) : 0;
    unsigned char *pixels = count ? calloc(count, each) : calloc(1, 1);
    for (size_t i = 0; pixels && i < count; i++)
        memcpy(pixels + i * each, cnn_dataset_image_at(images, i), each);
    const bool good = pixels && put_element(to, id, pixels, count * each);
    free(pixels);
    return good;
}

/* A byte each: cmd_lab.c allows no more classes. */
static bool put_labels(FILE *to, const char *id, const cnn_dataset *images) {
    const size_t count = images ? cnn_dataset_get_info(images).images : 0;
    unsigned char *labels = calloc(count + 1, 1);
    for (size_t i = 0; labels && i < count; i++)
        labels[i] = (unsigned char)cnn_dataset_label_at(images, i);
    const bool good = labels && put_element(to, id, labels, count);
    free(labels);
    return good;
}

static bool put_model(FILE *to, const cnn_model *model) {
    size_t size = 0;
    void *bytes = cnn_model_bytes(model, &size, NULL);
    const bool good = bytes && put_element(to, "model", bytes, size);
    free(bytes);
    return good;
}

static json_t *class_names(const cnn_model *model) {
    const size_t count = cnn_network_class_count(cnn_model_network(model));
    json_t *names = json_array();
    for (size_t i = 0; i < count; i++)
        json_line_append(&names, json_line_text(cnn_model_class_at(model, i)));
    return names;
}

static json_t *network_text(const cnn_model *model) {
    const cnn_network *network = cnn_model_network(model);
    const size_t length = cnn_network_text(network, NULL, 0);
    char *text = malloc(length + 1);
    if (!text)
        return NULL;
    cnn_network_text(network, text, length + 1);
    json_t *value = json_line_text(text);
    free(text);
    return value;
}

/* What the page says about the model; lab/src/about.ts reads it. */
static bool put_about(FILE *to, const lab_page *page) {
    const size_t train = page->train ? cnn_dataset_get_info(page->train).images : 0;
    json_t *about =
        json_pack("{s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "own", "model", "train",
                  (json_int_t)train, "name", json_line_text(source_base(page->model_path)),
                  "program", json_line_text(page->program), "model",
                  json_line_text(page->model_path), "data", json_line_text(page->data_path), "text",
                  network_text(page->model), "classes", class_names(page->model));
    char *text = about ? json_dumps(about, JSON_COMPACT) : NULL;
    const bool good = text && put_element(to, "about", text, strlen(text));
    free(text);
    json_decref(about);
    return good;
}

static bool put_all(FILE *to, const lab_page *page, const lab_template *around) {
    fwrite(around->text, 1, around->head, to);
    const bool good = put_pixels(to, "images", page->train) &&
                      put_labels(to, "labels", page->train) && put_pixels(to, "held", page->test) &&
                      put_labels(to, "held-labels", page->test) && put_model(to, page->model) &&
                      put_about(to, page);
    fputs(around->tail, to);
    return good;
}

bool lab_page_save(const lab_page *page, const lab_template *around, const char *path, size_t *size,
                   cnn_error *error) {
    char *text = NULL;
    FILE *to = open_memstream(&text, size);
    bool good = to && put_all(to, page, around) && !ferror(to);
    if (to && fclose(to))
        good = false;
    good = good ? cnn_file_save(path, text, *size, error)
                : source_refuse(error, path, "no memory for the page");
    free(text);
    return good;
}
