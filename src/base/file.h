/* Reads and writes complete files. Every error names the file. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "error.h"

/* The files a reader accepts. Any other kind is refused, by name, after its first bytes. */
typedef struct file_wanted {
    unsigned kinds;   /* FILE_KIND() of each */
    const char *name; /* "a PNG" */
    size_t most;      /* bytes */
} file_wanted;
#define FILE_KIND(kind) (1u << CNN_FILE_##kind)

/* Reads a regular file into one block, to be freed with free(). CNN_STATUS_BAD_FILE if it is larger
 * or of another kind than accepted, or ends early, CNN_STATUS_IO if the system refuses. FIFOs and
 * devices are refused: their size is not known in advance. */
bool file_read(const char *path, const file_wanted *wanted, uint8_t **data, size_t *size,
               cnn_error *error);

/* True if path exists. */
bool file_exists(const char *path);
/* True if path is a folder. */
bool file_is_folder(const char *path);

/* One piece of a file to write. */
typedef struct file_part {
    const void *data; /* borrowed */
    size_t size;
} file_part;

/* Writes the parts one after the other into a temporary file in the folder of path, flushes it to
 * disk, renames it to path and flushes the folder: at any moment path is the complete old or the
 * complete new file. With two concurrent writers the later rename wins. A killed writer leaves
 * PATH.writing, which the next one replaces. A device, such as /dev/stdout, is written to
 * directly. */
bool file_write(const char *path, const file_part *parts, size_t count, cnn_error *error);

#endif
