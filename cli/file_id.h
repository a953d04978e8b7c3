/* Identifies the file that a path leads to, whatever its spelling: through "./", links and hard
 * links, and for a file that does not exist yet. */
#ifndef CLI_FILE_ID_H
#define CLI_FILE_ID_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct file_id {
    bool there, named; /* which of the following is known */
    dev_t device;      /* of the file itself, if it is there */
    ino_t file;
    dev_t folder_device; /* of its folder, with its name in it */
    ino_t folder;
    char name[NAME_MAX + 1];
} file_id;

/* Follows links to where a file is or would be made. False if it is neither a regular file nor the
 * name of a file to come: devices, pipes, folders and the names of open streams (/dev/stdout). */
bool file_id_of(const char *path, file_id *found);
/* Finds the regular file of a stream. False if there is none. */
bool file_id_of_stream(int stream, file_id *found);

/* Both exist and are one file. */
bool file_id_same_file(const file_id *a, const file_id *b);
/* The same, or one name in one folder. */
bool file_id_same(const file_id *a, const file_id *b);
/* If b is in the folder of a and its name is a's with a suffix, returns the suffix, else NULL. */
const char *file_id_beside(const file_id *a, const file_id *b);

/* Writes the path that all links in its last part lead to into `target`, which has `size` bytes.
 * False with errno set if it does not fit or links are circular. */
bool file_id_target(const char *path, char *target, size_t size);

#endif
