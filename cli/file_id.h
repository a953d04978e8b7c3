/* Which file a path means, whatever its spelling: through "./", links and hard links, and for a
 * file that is not there yet. */
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
 * name of one to come: devices, pipes, folders and the names of open streams (/dev/stdout). */
bool file_id_of(const char *path, file_id *found);
/* The regular file behind a stream. False if there is none. */
bool file_id_of_stream(int stream, file_id *found);

/* Both are there and one file. */
bool file_id_same_file(const file_id *a, const file_id *b);
/* The same, or one name in one folder. */
bool file_id_same(const file_id *a, const file_id *b);
/* Is b a name beside a that is a's with more behind it? Then that is returned, else NULL. */
const char *file_id_beside(const file_id *a, const file_id *b);

/* The path behind all links in its last part, in `target`, which has `size` bytes. False if it does
 * not fit or links go round, with errno set. */
bool file_id_target(const char *path, char *target, size_t size);

#endif
