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

/* PART_COUNT: of none. */
static image_part part_called(const char *name) {
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (!strcasecmp(name, spellings[i].name))
            return spellings[i].part;
    return PART_COUNT;
}

/* Too long a path is no folder. */
static bool is_folder(const char *folder, const char *name) {
    char path[PATH_MAX];
    struct stat about;
    return snprintf(path, sizeof path, "%s/%s", folder, name) < PATH_MAX && !stat(path, &about) &&
           S_ISDIR(about.st_mode);
}

static bool has_folders(const char *folder, const char *name) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= PATH_MAX)
        return false;
    DIR *opened = opendir(path);
    bool found = false;
    for (const struct dirent *entry; opened && !found && (entry = readdir(opened));)
        found = !cnn_picture_ignored(entry->d_name) && is_folder(path, entry->d_name);
    if (opened)
        closedir(opened);
    return found;
}

static void note_unused(parts *parts, const char *name) {
    const size_t used = strlen(parts->unused);
    snprintf(parts->unused + used, sizeof parts->unused - used, "%s%s/", used ? ", " : "", name);
}

static void take(parts *parts, const char *folder, const char *name) {
    const image_part part = part_called(name);
    parts->folders = true;
    if (part == PART_COUNT)
        note_unused(parts, name);
    else
        snprintf(parts->names[part][0] ? parts->twin : parts->names[part], PART_NAME, "%s", name);
    parts->any |= part < PART_COUNT && has_folders(folder, name);
}

static int visible(const struct dirent *entry) {
    return !cnn_picture_ignored(entry->d_name);
}

/* Not alphasort(), whose order depends on the locale. */
static int by_bytes(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

bool parts_find(parts *parts, const char *folder, cnn_error *error) {
    struct dirent **entries;
    const int count = scandir(folder, &entries, visible, by_bytes);
    *parts = (struct parts){.any = false};
    if (count < 0)
        return source_refuse(error, folder, "cannot list: %s", strerror(errno));
    for (int i = 0; i < count; i++) {
        if (is_folder(folder, entries[i]->d_name))
            take(parts, folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (!parts->any || !parts->twin[0])
        return true;
    const image_part part = part_called(parts->twin);
    return source_refuse(error, folder, "%s/ and %s/ are both the %s part: keep one",
                         parts->names[part], parts->twin, titles[part]);
}
