/* Whole files in and out. Every error names the file. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "error.h"

/* What a reader takes. A file of another kind is refused after its first bytes, by its name. */
typedef struct file_wanted {
    unsigned kinds;   /* FILE_KIND() of each */
    const char *name; /* "a PNG" */
    size_t most;      /* bytes */
} file_wanted;
#define FILE_KIND(kind) (1u << CNN_FILE_##kind)

/* A regular file, as one block to be freed with free(). CNN_STATUS_BAD_FILE if it is larger or of
 * another kind than wanted, or ends early, CNN_STATUS_IO if the system refuses. FIFOs and devices
 * are refused: their size is not known beforehand. */
bool file_read(const char *path, const file_wanted *wanted, uint8_t **data, size_t *size,
               cnn_error *error);

/* True if path names something that exists. */
bool file_exists(const char *path);
/* True if that is a folder. */
bool file_is_folder(const char *path);

/* One piece of a file to write. */
typedef struct file_part {
    const void *data; /* borrowed */
    size_t size;
} file_part;

/* The parts one after the other into a temporary file beside path, flushed to disk, then renamed
 * over it and the folder flushed: at any moment the old file or the whole new one is there. Of two
 * writers at once the later rename wins. A writer that is killed leaves PATH.writing behind, which
 * the next one replaces. If path names a device, such as /dev/stdout, it is written
 * to directly. */
bool file_write(const char *path, const file_part *parts, size_t count, cnn_error *error);

#endif
