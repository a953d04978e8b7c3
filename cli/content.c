/* Recognizes content by its beginning: a video of gigabytes given as a picture is refused after a
 * few bytes, and a pipe, which can be read only once, works as well as a file. */
#define _POSIX_C_SOURCE 200809L
#include "content.h"

#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INITIAL_CAPACITY ((size_t)1 << 16)

static bool refuse(const content *content, cnn_error *error) {
    return source_refuse(error, content->name, "cannot read: %s", strerror(errno));
}

/* Makes room for more bytes, at most `most` in all. */
static bool reserve(content *content, size_t most, cnn_error *error) {
    if (content->size < content->capacity)
        return true;
    size_t capacity = content->capacity ? content->capacity : INITIAL_CAPACITY;
    if (content->capacity)
        capacity = capacity <= most / 2 ? 2 * capacity : most;
    if (capacity <= content->size)
        return source_refuse(error, content->name, "more than the limit of %zu bytes", most);
    unsigned char *bytes = realloc(content->bytes, capacity);
    if (!bytes)
        return source_refuse(error, content->name, "no memory for %zu bytes", capacity);
    content->bytes = bytes;
    content->capacity = capacity;
    return true;
}

/* Reads until there are `most` bytes or the content ends; *end says which. */
static bool read_up_to(content *content, size_t most, bool *end, cnn_error *error) {
    *end = false;
    while (content->size < most) {
        if (!reserve(content, most, error))
            return false;
        const size_t capacity = content->capacity < most ? content->capacity : most;
        const ssize_t count =
            read(content->file, content->bytes + content->size, capacity - content->size);
        if (count < 0 && errno != EINTR)
            return refuse(content, error);
        content->size += count > 0 ? (size_t)count : 0;
        if (count == 0) {
            *end = true;
            return true;
        }
    }
    return true;
}

/* Reserves room at once for the size that the file reports, if it reports one. */
static bool expect(content *content, size_t most, cnn_error *error) {
    struct stat about;
    if (fstat(content->file, &about))
        return refuse(content, error);
    if (!S_ISREG(about.st_mode) || about.st_size < 0)
        return true;
    if ((uintmax_t)about.st_size > most)
        return source_refuse(error, content->name, "%jd bytes, more than the limit of %zu",
                             (intmax_t)about.st_size, most);
    const size_t capacity = (size_t)about.st_size + 1; /* the end shows only beyond the last byte */
    unsigned char *bytes =
        capacity > content->capacity ? realloc(content->bytes, capacity) : content->bytes;
    if (!bytes)
        return source_refuse(error, content->name, "no memory for %zu bytes", capacity);
    content->capacity = capacity > content->capacity ? capacity : content->capacity;
    content->bytes = bytes;
    return true;
}

/* Without O_NONBLOCK, opening a FIFO would block until a writer opens it; reading then has to wait
 * for the writers. Opening a folder succeeds, and reading it is refused. */
static bool open_file(content *content, const char *path, cnn_error *error) {
    if (!path[0])
        return source_refuse(error, "", "an empty name where a file is expected");
    if (!strcmp(path, "-")) {
        content->name = "standard input";
        content->file = STDIN_FILENO;
        return true;
    }
    content->file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (content->file < 0)
        return source_refuse(error, path, "cannot open: %s", strerror(errno));
    const int flags = fcntl(content->file, F_GETFL);
    if (flags < 0 || fcntl(content->file, F_SETFL, flags & ~O_NONBLOCK) < 0) {
        refuse(content, error);
        content_close(content);
        return false;
    }
    return true;
}

bool content_open(content *content, const char *path, cnn_error *error) {
    bool end;
    *content = (struct content){.name = path, .file = -1};
    if (!open_file(content, path, error))
        return false;
    if (!read_up_to(content, CNN_FILE_MARKS_SIZE, &end, error)) {
        content_close(content);
        return false;
    }
    content->kind = cnn_file_kind_of(content->bytes, content->size, &content->kind_name);
    return true;
}

bool content_read(content *content, size_t most, cnn_error *error) {
    bool end;
    if (!expect(content, most, error) || !read_up_to(content, most + 1, &end, error))
        return false;
    return end || source_refuse(error, content->name, "more than the limit of %zu bytes", most);
}

void content_close(content *content) {
    if (content->file > STDIN_FILENO)
        close(content->file);
    content->file = -1;
    free(content->bytes);
    content->bytes = NULL;
}

bool content_blame(const content *content, cnn_error *error) {
    if (!error->file[0])
        snprintf(error->file, sizeof error->file, "%s", content->name);
    return false;
}
