/* Identifies files by device and inode, or by folder and name if there is no file yet. */
#define _POSIX_C_SOURCE 200809L
#include "file_id.h"

#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The limit of Linux. */
#define MOST_LINKS 40

/* Replaces a link's name by its text, which may begin at the root. False if it does not fit. */
static bool step(char *target, size_t size, const char *link) {
    const size_t folder = *link == '/' ? 0 : (size_t)(source_base(target) - target);
    errno = ENAMETOOLONG;
    return (size_t)snprintf(target + folder, size - folder, "%s", link) < size - folder;
}

bool file_id_target(const char *path, char *target, size_t size) {
    char link[PATH_MAX];
    target[0] = '\0';
    if (!step(target, size, path))
        return false;
    for (int links = 0; links < MOST_LINKS; links++) {
        const ssize_t length = readlink(target, link, sizeof link - 1);
        if (length < 0)
            return true;
        link[length] = '\0';
        if (!step(target, size, link))
            return false;
    }
    errno = ELOOP;
    return false;
}

/* Names of streams that another program has opened, which are written to directly if they are
 * devices. */
static bool is_stream(const char *path) {
    static const char *const names[] = {"/dev/std", "/dev/fd/", "/proc/self/fd/"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strncmp(path, names[i], strlen(names[i])))
            return true;
    return false;
}

static void take_file(file_id *found, const struct stat *about) {
    found->there = true;
    found->device = about->st_dev;
    found->file = about->st_ino;
}

/* Leaves the name unset if the folder cannot be examined. */
static void take_name(file_id *found, char *target) {
    struct stat about;
    const char *name = source_base(target);
    if (strlen(name) >= sizeof found->name)
        return;
    strcpy(found->name, name);
    /* With a dot, so that the folder of "/file" is "/." and that of "file" is ".". */
    strcpy(target + (name - target), ".");
    found->named = found->name[0] && !stat(target, &about);
    if (found->named) {
        found->folder_device = about.st_dev;
        found->folder = about.st_ino;
    }
}

bool file_id_of(const char *path, file_id *found) {
    char target[PATH_MAX];
    struct stat about;
    *found = (file_id){.there = false};
    if (is_stream(path) || !file_id_target(path, target, sizeof target - 1))
        return false;
    if (!stat(target, &about)) {
        if (!S_ISREG(about.st_mode))
            return false;
        take_file(found, &about);
    }
    take_name(found, target);
    return found->there || found->named;
}

bool file_id_of_stream(int stream, file_id *found) {
    struct stat about;
    *found = (file_id){.there = false};
    if (fstat(stream, &about) || !S_ISREG(about.st_mode))
        return false;
    take_file(found, &about);
    return true;
}

static bool same_folder(const file_id *a, const file_id *b) {
    return a->named && b->named && a->folder_device == b->folder_device && a->folder == b->folder;
}

bool file_id_same_file(const file_id *a, const file_id *b) {
    return a->there && b->there && a->device == b->device && a->file == b->file;
}

bool file_id_same(const file_id *a, const file_id *b) {
    return file_id_same_file(a, b) || (same_folder(a, b) && !strcmp(a->name, b->name));
}

const char *file_id_beside(const file_id *a, const file_id *b) {
    const size_t length = strlen(a->name);
    const bool longer = same_folder(a, b) && !strncmp(a->name, b->name, length);
    return longer && b->name[length] ? b->name + length : NULL;
}
