/* Reads and writes complete files: the parsers need all bytes in memory, and a complete new file
 * can replace the old one in one rename. Errors of the system are reported in its own words.
 * O_CLOEXEC everywhere: programs that a user of the library starts do not inherit our files. */
#define _GNU_SOURCE
#include "file.h"

#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* errno must still be that of the failed call. Always false. */
static bool refused(cnn_error *error, const char *path, const char *verb) {
    error_set(error, CNN_STATUS_IO, "cannot %s: %s", verb, strerror(errno));
    return error_in_file(error, path);
}

bool file_exists(const char *path) {
    struct stat about;
    return stat(path, &about) == 0;
}

bool file_is_folder(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* Reads bytes `at` to `size`; a file that shrinks meanwhile is an error. read() may return fewer
 * bytes than requested, and a signal may interrupt it (EINTR): both are retried. */
static bool read_all(int fd, uint8_t *data, size_t at, size_t size, cnn_error *error) {
    while (at < size) {
        const ssize_t count = read(fd, data + at, size - at);
        if (count == 0)
            return error_at(error, at, "the file ends where %zu bytes should follow", size - at);
        if (count < 0 && errno != EINTR)
            return error_set(error, CNN_STATUS_IO, "cannot read: %s", strerror(errno));
        at += count > 0 ? (size_t)count : 0;
    }
    return true;
}

/* The first bytes show whether the rest is worth reading. */
static bool read_head(int fd, const file_wanted *wanted, uint8_t *head, size_t size,
                      cnn_error *error) {
    const char *name;
    if (!read_all(fd, head, 0, size, error))
        return false;
    if (wanted->kinds >> cnn_file_kind_of(head, size, &name) & 1)
        return true;
    return error_set(error, CNN_STATUS_BAD_FILE, "%s; %s is expected", name, wanted->name);
}

static bool read_rest(int fd, const uint8_t *head, size_t count, uint8_t **data, size_t size,
                      cnn_error *error) {
    *data = memory_new(size, 1, error);
    if (!*data)
        return false;
    memcpy(*data, head, count);
    if (read_all(fd, *data, count, size, error))
        return true;
    free(*data);
    *data = NULL;
    return false;
}

/* Examines the open descriptor, since the path may name another file by now. The limit is checked
 * before memory is allocated. On failure *data is NULL. */
static bool read_open(int fd, const file_wanted *wanted, uint8_t **data, size_t *size,
                      cnn_error *error) {
    struct stat about;
    uint8_t head[CNN_FILE_MARKS_SIZE];
    if (fstat(fd, &about) != 0)
        return error_set(error, CNN_STATUS_IO, "cannot read: %s", strerror(errno));
    if (!S_ISREG(about.st_mode))
        return error_set(error, CNN_STATUS_IO, "not a regular file");
    const uintmax_t bytes = (uintmax_t)about.st_size;
    const size_t count = bytes < sizeof head ? (size_t)bytes : sizeof head;
    if (!read_head(fd, wanted, head, count, error))
        return false;
    if (bytes > wanted->most)
        return error_set(error, CNN_STATUS_BAD_FILE, "%ju bytes, more than the limit of %zu", bytes,
                         wanted->most);
    *size = (size_t)bytes;
    return read_rest(fd, head, count, data, *size, error);
}

bool file_read(const char *path, const file_wanted *wanted, uint8_t **data, size_t *size,
               cnn_error *error) {
    /* O_NONBLOCK: opening a FIFO would wait for a writer, perhaps forever. */
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return refused(error, path, "open");
    *data = NULL;
    const bool ok = read_open(fd, wanted, data, size, error);
    close(fd);
    return ok || error_in_file(error, path);
}

/* False with errno set. On Linux one write() writes at most 2 GB, hence the loop. */
static bool write_all(int fd, const uint8_t *data, size_t size) {
    while (size) {
        const ssize_t count = write(fd, data, size);
        if (count < 0 && errno != EINTR)
            return false;
        if (count > 0) {
            data += count;
            size -= (size_t)count;
        }
    }
    return true;
}

static bool write_parts(int fd, const file_part *parts, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!write_all(fd, parts[i].data, parts[i].size))
            return false;
    return true;
}

/* After a rename the folder's entry must reach the disk too. If a folder cannot be flushed (some
 * file systems), the file itself is still safe, so that is no failure. */
static void flush_folder(const char *path) {
    char folder[4096];
    const char *slash = strrchr(path, '/');
    /* Includes the slash, so that the folder of "/file" is "/" and not empty. */
    const size_t length = slash ? (size_t)(slash - path) + 1 : 1;
    if (length >= sizeof folder)
        return;
    memcpy(folder, slash ? path : ".", length);
    folder[length] = 0;
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

/* A device cannot be replaced by a file, so it is written to. close() reports delayed errors. */
static bool write_device(const char *path, const file_part *parts, size_t count, cnn_error *error) {
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return refused(error, path, "open");
    const bool ok = write_parts(fd, parts, count) || refused(error, path, "write");
    return close(fd) == 0 ? ok : refused(error, path, "close");
}

static bool flush(int fd) {
    int result;
    do
        result = fsync(fd);
    while (result != 0 && errno == EINTR);
    return result == 0;
}

/* Writes fd, renames its file to path and closes it. False with errno set; the old file is then
 * intact and the temporary one deleted. fsync() before rename(): otherwise a power cut could leave
 * the new name without its bytes. close() comes last because it releases the lock; it cannot lose
 * bytes that fsync() has confirmed. */
static bool write_temporary(int fd, const char *temporary, const char *path, const file_part *parts,
                            size_t count) {
    const bool ok = write_parts(fd, parts, count) && flush(fd) && rename(temporary, path) == 0;
    const int reason = errno;
    if (!ok)
        unlink(temporary);
    close(fd);
    errno = reason;
    return ok;
}

/* A temporary file has a fixed name and is locked by its writer. An unlocked one was left by a
 * killed writer, and the next writer replaces it. Where the file system has no locks, every such
 * file counts as in use. */
enum { TEMPORARY_NAMES = 1000 };

static bool name_beside(const char *path, int n, char *name, size_t size) {
    int length = snprintf(name, size, "%s.writing", path);
    if (n && length >= 0 && (size_t)length < size)
        length += snprintf(name + length, size - (size_t)length, "-%d", n);
    if (length >= 0 && (size_t)length < size)
        return true;
    errno = ENAMETOOLONG;
    return false;
}

/* Whether the name still means this regular file: its writer may have just renamed it, and another
 * may have created a new one under the old name. */
static bool in_place(int fd, const char *name) {
    struct stat about, there;
    return fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && lstat(name, &there) == 0 &&
           about.st_dev == there.st_dev && about.st_ino == there.st_ino;
}

/* False with errno set: EEXIST if another process removed the new file before it was locked. */
static bool lock_new(int fd, const char *name) {
    struct stat about;
    const bool locked = flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
    if (locked && fstat(fd, &about) != 0) {
        const int reason = errno;
        unlink(name);
        errno = reason;
        return false;
    }
    errno = EEXIST;
    return locked && about.st_nlink > 0;
}

/* Not mkstemp(), whose files are readable only by their owner: here the umask decides, as for any
 * file. -1 with errno set. */
static int create_locked(const char *name) {
    const int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return -1;
    if (lock_new(fd, name))
        return fd;
    const int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

/* Only the holder of the lock removes the name, so it cannot name another file meanwhile. */
static void remove_left(const char *name) {
    const int fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && in_place(fd, name))
        unlink(name);
    close(fd);
}

/* Creates a new file in the folder of path, with its name in `name`; -1 with errno set. In the same
 * folder because a rename is atomic only within one file system. */
static int open_beside(const char *path, char *name, size_t size) {
    int fd = -1;
    errno = EEXIST;
    for (int n = 0; fd < 0 && errno == EEXIST && n < TEMPORARY_NAMES; n++) {
        if (!name_beside(path, n, name, size))
            return -1;
        fd = create_locked(name);
        if (fd < 0 && errno == EEXIST) {
            remove_left(name);
            fd = create_locked(name);
        }
    }
    return fd;
}

/* Gives the new file the permissions of the old one. A file system without permissions refuses
 * that, which loses nothing. */
static void keep_mode(int fd, const char *path) {
    struct stat about;
    if (stat(path, &about) == 0 && fchmod(fd, about.st_mode & 0777) != 0)
        errno = 0;
}

static bool replace(const char *path, const file_part *parts, size_t count, cnn_error *error) {
    char temporary[PATH_MAX];
    const int fd = open_beside(path, temporary, sizeof temporary);
    if (fd < 0)
        return refused(error, path, "create a file beside it");
    keep_mode(fd, path);
    if (!write_temporary(fd, temporary, path, parts, count))
        return refused(error, path, "write");
    flush_folder(path);
    return true;
}

bool file_write(const char *path, const file_part *parts, size_t count, cnn_error *error) {
    struct stat about;
    char target[PATH_MAX];
    if (stat(path, &about) != 0)
        return replace(path, parts, count, error);
    /* rename() would refuse a folder too, but only after all was written. */
    if (S_ISDIR(about.st_mode)) {
        errno = EISDIR;
        return refused(error, path, "write");
    }
    if (!S_ISREG(about.st_mode))
        return write_device(path, parts, count, error);
    /* A symbolic link stays one: its target is replaced. */
    if (!realpath(path, target))
        return refused(error, path, "write");
    return replace(target, parts, count, error);
}

bool cnn_file_save(const char *path, const void *bytes, size_t size, cnn_error *error) {
    return given(path, "path", error) && (!size || given(bytes, "bytes", error)) &&
           file_write(path, &(file_part){bytes, size}, 1, error);
}
