/* Finds the parts by their usual names: val, valid, validation and so on. */
#define _GNU_SOURCE
#include "parts.h"

#include "source.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const struct {
    const char *name;
    image_part part;
} spellings[] = {
    {"train", PART_TRAIN},      {"training", PART_TRAIN},        {"val", PART_VALIDATION},
    {"valid", PART_VALIDATION}, {"validation", PART_VALIDATION}, {"test", PART_TEST},
    {"testing", PART_TEST},
};
static const char *const titles[PART_COUNT] = {"training", "validation", "test"};

/* PART_COUNT: not a part. */
static image_part part_called(const char *name) {
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (!strcasecmp(name, spellings[i].name))
            return spellings[i].part;
    return PART_COUNT;
}

/* A link to nowhere, or to itself, is not a folder. */
static bool is_folder(const char *folder, const struct dirent *entry, bool *is, cnn_error *error) {
    char path[PATH_MAX];
    struct stat about = {.st_mode = 0};
    *is = entry->d_type == DT_DIR;
    if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN)
        return true;
    if (snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= PATH_MAX)
        return source_refuse(error, folder, "the path is too long");
    if (stat(path, &about) && errno != ENOENT && errno != ELOOP)
        return source_refuse(error, path, "cannot look at it: %s", strerror(errno));
    *is = S_ISDIR(about.st_mode);
    return true;
}

static int visible(const struct dirent *entry) {
    return !cnn_picture_ignored(entry->d_name);
}

/* Not alphasort(), whose order depends on the locale. */
static int by_bytes(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

typedef bool (*visitor)(parts *parts, const char *folder, const char *name, cnn_error *error);

/* Calls visit with each sub-folder. */
static bool each_folder(parts *parts, const char *folder, visitor visit, cnn_error *error) {
    struct dirent **entries;
    const int count = scandir(folder, &entries, visible, by_bytes);
    if (count < 0)
        return source_refuse(error, folder, "cannot list: %s", strerror(errno));
    bool good = true;
    for (int i = 0; i < count; i++) {
        bool is = false;
        good = good && is_folder(folder, entries[i], &is, error) &&
               (!is || visit(parts, folder, entries[i]->d_name, error));
        free(entries[i]);
    }
    free(entries);
    return good;
}

/* Takes a folder within one that is named like a part. */
static bool take_class(parts *parts, const char *folder, const char *name, cnn_error *error) {
    (void)folder, (void)name, (void)error;
    parts->any = true;
    return true;
}

static bool take(parts *parts, const char *folder, const char *name, cnn_error *error) {
    const image_part part = part_called(name);
    const size_t used = strlen(parts->unused);
    char path[PATH_MAX];
    parts->folders = true;
    if (part == PART_COUNT) {
        snprintf(parts->unused + used, sizeof parts->unused - used, "%s%s/", used ? ", " : "",
                 name);
        return true;
    }
    snprintf(parts->names[part][0] ? parts->twin : parts->names[part], PART_NAME, "%s", name);
    return snprintf(path, sizeof path, "%s/%s", folder, name) < PATH_MAX
               ? each_folder(parts, path, take_class, error)
               : source_refuse(error, folder, "the path is too long");
}

bool parts_find(parts *parts, const char *folder, cnn_error *error) {
    *parts = (struct parts){.any = false};
    if (!each_folder(parts, folder, take, error))
        return false;
    if (!parts->any || !parts->twin[0])
        return true;
    const image_part part = part_called(parts->twin);
    return source_refuse(error, folder, "%s/ and %s/ are both the %s part: keep one",
                         parts->names[part], parts->twin, titles[part]);
}
