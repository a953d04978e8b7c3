/* Identifies kinds of files by their first bytes. All readers use this table, so that a file is
 * never a model for one command and a text for another. */
#include "bytes.h"
#include "safetensors_head.h"

#include <string.h>

typedef struct mark {
    size_t offset;
    const char *bytes;
    size_t size;
    cnn_file_kind kind;
    const char *name;
} mark;

#define MARK(offset, bytes, kind, name)                                                            \
    { offset, bytes, sizeof bytes - 1, kind, name }

/* The first match is taken, so longer marks come before shorter ones. */
static const mark marks[] = {
    MARK(0, "\x89PNG\r\n\x1a\n", CNN_FILE_PNG, "a PNG"),
    MARK(0, "\0\0\x08\x03", CNN_FILE_IDX, "IDX images"),
    MARK(0, "\0\0\x08\x01", CNN_FILE_IDX, "IDX labels"),
    MARK(0, "\0\0\x08", CNN_FILE_IDX, "an IDX file"),
    MARK(0, "\0\0\x09", CNN_FILE_IDX, "an IDX file of other numbers"),
    MARK(0, "\0\0\x0b", CNN_FILE_IDX, "an IDX file of other numbers"),
    MARK(0, "\0\0\x0c", CNN_FILE_IDX, "an IDX file of other numbers"),
    MARK(0, "\0\0\x0d", CNN_FILE_IDX, "an IDX file of other numbers"),
    MARK(0, "\0\0\x0e", CNN_FILE_IDX, "an IDX file of other numbers"),
    MARK(0, "\x1f\x8b", CNN_FILE_GZIP, "a gzip file"),
    MARK(0, "\xff\xd8\xff", CNN_FILE_OTHER, "a JPEG"),
    MARK(0, "GIF8", CNN_FILE_OTHER, "a GIF"),
    MARK(0, "BM", CNN_FILE_OTHER, "a BMP"),
    MARK(0, "II*\0", CNN_FILE_OTHER, "a TIFF"),
    MARK(0, "MM\0*", CNN_FILE_OTHER, "a TIFF"),
    MARK(8, "WEBP", CNN_FILE_OTHER, "a WebP"),
    MARK(4, "ftyphei", CNN_FILE_OTHER, "a HEIC"),
    MARK(4, "ftypmif1", CNN_FILE_OTHER, "a HEIC"),
    MARK(4, "ftypavif", CNN_FILE_OTHER, "an AVIF"),
    MARK(4, "ftyp", CNN_FILE_OTHER, "a video"),
    MARK(0, "\x1a\x45\xdf\xa3", CNN_FILE_OTHER, "a video"),
    MARK(0, "%PDF", CNN_FILE_OTHER, "a PDF"),
    MARK(0, "PK\x03\x04", CNN_FILE_OTHER, "a ZIP archive"),
    MARK(0, "7z\xbc\xaf\x27\x1c", CNN_FILE_OTHER, "a 7-Zip archive"),
    MARK(0,
         "\xfd"
         "7zXZ\0",
         CNN_FILE_OTHER, "an xz file"),
    MARK(0, "BZh", CNN_FILE_OTHER, "a bzip2 file"),
    MARK(0, "\x28\xb5\x2f\xfd", CNN_FILE_OTHER, "a Zstandard file"),
    MARK(0, "\x89HDF\r\n\x1a\n", CNN_FILE_OTHER, "an HDF5 file"),
    MARK(0, "\x93NUMPY", CNN_FILE_OTHER, "a NumPy array"),
    MARK(0, "GGUF", CNN_FILE_OTHER, "a GGUF model"),
    MARK(0, "\x80\x02", CNN_FILE_OTHER, "a Python pickle"),
    MARK(0,
         "\x7f"
         "ELF",
         CNN_FILE_OTHER, "a program"),
    MARK(0, "\xff\xfe", CNN_FILE_TEXT, "UTF-16 text"),
    MARK(0, "\xfe\xff", CNN_FILE_TEXT, "UTF-16 text"),
};

/* The length of the header and its opening brace. A length above the maximum means other data,
 * whatever the ninth byte is. */
static bool begins_safetensors(const unsigned char *start, size_t size) {
    bytes in = {start, size, 0};
    uint64_t header;
    return bytes_u64_little(&in, &header) && header <= SAFETENSORS_HEADER_MAX && in.at < size &&
           start[in.at] == '{';
}

static bool is_letter(unsigned char byte) {
    return (byte >= ' ' && byte < 0xf8) || (byte >= '\t' && byte <= '\r');
}

/* Begins like a text and has no NUL; invalid UTF-8 is left to the reader, which can report the
 * byte. */
static bool is_text(const unsigned char *bytes, size_t size) {
    return is_letter(bytes[0]) && !memchr(bytes, 0, size);
}

/* ASCII in two bytes per character, without a byte order mark. */
static bool is_wide(const unsigned char *bytes, size_t size) {
    if (size < 4)
        return false;
    const size_t zero = bytes[0] ? 1 : 0;
    return !bytes[zero] && !bytes[zero + 2] && is_letter(bytes[1 - zero]) &&
           is_letter(bytes[3 - zero]);
}

static cnn_file_kind say(const char **name, const char *text, cnn_file_kind kind) {
    if (name)
        *name = text;
    return kind;
}

cnn_file_kind cnn_file_kind_of(const void *bytes, size_t size, const char **name) {
    const char *start = bytes;
    size = size < CNN_FILE_MARKS_SIZE ? size : CNN_FILE_MARKS_SIZE;
    if (!size || !bytes)
        return say(name, "an empty file", CNN_FILE_EMPTY);
    if (begins_safetensors(bytes, size))
        return say(name, "a safetensors file", CNN_FILE_SAFETENSORS);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const mark *m = &marks[i];
        if (m->offset + m->size <= size && !memcmp(start + m->offset, m->bytes, m->size))
            return say(name, m->name, m->kind);
    }
    if (is_wide(bytes, size))
        return say(name, "UTF-16 text", CNN_FILE_TEXT);
    if (is_text(bytes, size))
        return say(name, "a text", CNN_FILE_TEXT);
    return say(name, "data of unknown kind", CNN_FILE_OTHER);
}
