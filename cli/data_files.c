/* Finds the files of a data set by name, and tells whether a path is one of them. */
#define _DEFAULT_SOURCE
#include "data_files.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* All spellings of MNIST's names end in it, except perhaps for .gz. */
static bool idx_name(const char *name) {
    return strstr(name, "ubyte") || !strcmp(name, "classes.txt");
}

/* The readers of pictures ignore other entries. */
static bool shown_name(const char *name) {
    return name[0] != '.';
}

static bool join(char path[PATH_MAX], const char *folder, const char *name) {
    return snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX;
}

/* Finds the next entry that counts, as a path and its kind. False at the end. */
static bool next(DIR *entries, const char *folder, bool (*counts)(const char *),
                 char path[PATH_MAX], struct stat *about) {
    for (const struct dirent *entry; entries && (entry = readdir(entries));)
        if (counts(entry->d_name) && join(path, folder, entry->d_name) && !stat(path, about))
            return true;
    return false;
}

/* Compares by name, for a file to come; else by what the entries are, since links may lead to
 * it. */
static bool folder_holds(const char *folder, bool (*counts)(const char *), const file_id *target) {
    char path[PATH_MAX];
    struct stat about;
    file_id there;
    if (target->named && counts(target->name) && join(path, folder, target->name) &&
        file_id_of(path, &there) && file_id_same(&there, target))
        return true;
    DIR *entries = target->there ? opendir(folder) : NULL;
    bool found = false;
    while (!found && next(entries, folder, counts, path, &about))
        found = about.st_dev == target->device && about.st_ino == target->file;
    if (entries)
        closedir(entries);
    return found;
}

typedef bool (*folder_visit)(const char *path, const file_id *target);

/* True if `visit` is true for any sub-folder that is not hidden. */
static bool any_folder(const char *folder, folder_visit visit, const file_id *target) {
    char path[PATH_MAX];
    struct stat about;
    DIR *entries = opendir(folder);
    bool found = false;
    while (!found && next(entries, folder, shown_name, path, &about))
        found = S_ISDIR(about.st_mode) && visit(path, target);
    if (entries)
        closedir(entries);
    return found;
}

static bool is_png(const char *path) {
    char start[4] = "";
    FILE *file = fopen(path, "rbe");
    const bool is = file && fread(start, 1, sizeof start, file) == sizeof start &&
                    !memcmp(start, "\x89PNG", sizeof start);
    if (file)
        fclose(file);
    return is;
}

/* Any folder may have sub-folders: only pictures in them make them classes. */
static bool has_png(const char *folder, const file_id *target) {
    char path[PATH_MAX];
    struct stat about;
    DIR *entries = opendir(folder);
    bool found = false;
    (void)target;
    while (!found && next(entries, folder, shown_name, path, &about))
        found = S_ISREG(about.st_mode) && is_png(path);
    if (entries)
        closedir(entries);
    return found;
}

static bool is_there(const char *path, const file_id *target) {
    (void)path, (void)target;
    return true;
}

/* Is it named train, test, val or a longer word for one, with folders of classes in it? */
static bool is_part(const char *path, const file_id *target) {
    static const char *const words[] = {"train", "test", "val"};
    const char *name = strrchr(path, '/') + 1;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strncasecmp(name, words[i], strlen(words[i])))
            return any_folder(path, is_there, target);
    return false;
}

static bool holds(const char *path, const file_id *target) {
    return folder_holds(path, shown_name, target);
}

/* Files beside the folders of classes are refused as well. */
static bool classes_hold(const char *path, const file_id *target) {
    return any_folder(path, has_png, target) &&
           (holds(path, target) || any_folder(path, holds, target));
}

static bool part_holds(const char *path, const file_id *target) {
    return is_part(path, target) && classes_hold(path, target);
}

static bool has_idx(const char *folder) {
    char path[PATH_MAX];
    struct stat about;
    DIR *entries = opendir(folder);
    bool found = false;
    while (!found && next(entries, folder, idx_name, path, &about))
        found = strstr(path + strlen(folder), "ubyte") != NULL;
    if (entries)
        closedir(entries);
    return found;
}

bool data_files_hold(const char *folder, const file_id *target) {
    if (has_idx(folder))
        return folder_holds(folder, idx_name, target);
    if (any_folder(folder, is_part, target))
        return any_folder(folder, part_holds, target);
    return classes_hold(folder, target);
}
