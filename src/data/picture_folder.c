/* Loads a data set from pictures: one sub-folder per class, one level deep, so that loops of links
 * are never followed. Names are sorted by bytes, since the order of a file system is arbitrary: the
 * same files make the same data set everywhere. Images are interleaved by class, so that the first
 * images of the set are a fair sample of it. */
#define _GNU_SOURCE
#include "class_names.h"
#include "dataset.h"
#include "file.h"
#include "memory.h"
#include "prepare.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sorted names in a folder. Both are owned, as scandir() makes them. */
typedef struct listing {
    struct dirent **entries;
    size_t count;
} listing;

typedef struct class_folder {
    const char *name; /* owned by `classes` below */
    size_t label;
    listing files;
    size_t looked, used; /* pictures tried, and those in the data set */
} class_folder;

typedef struct picture_folder {
    const char *path;
    const cnn_pictures *options;
    listing classes;
    class_folder *folders; /* [count] */
    size_t count;          /* fewer than entries in `classes` if some were skipped */
    cnn_dataset *dataset;
} picture_folder;

static bool refuse(cnn_error *error, const char *path, const char *reason) {
    error_set(error, CNN_STATUS_BAD_FILE, "%s", reason);
    return error_in_file(error, path);
}

/* path = FOLDER/CLASS/FILE, or without /FILE if that is NULL. */
static bool join(char path[PATH_MAX], const picture_folder *folder, const char *class,
                 const char *file, cnn_error *error) {
    const int length = snprintf(path, PATH_MAX, "%s/%s%s%s", folder->path, class, file ? "/" : "",
                                file ? file : "");
    return (length > 0 && length < PATH_MAX) || refuse(error, folder->path, "the path is too long");
}

static int visible(const struct dirent *entry) {
    return !cnn_picture_ignored(entry->d_name);
}

/* Not alphasort(), whose order depends on the locale. */
static int by_bytes(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool list(listing *listing, const char *path, cnn_error *error) {
    const int count = scandir(path, &listing->entries, visible, by_bytes);
    if (count >= 0) {
        listing->count = (size_t)count;
        return true;
    }
    listing->entries = NULL;
    error_set(error, CNN_STATUS_IO, "cannot list: %s", strerror(errno));
    return error_in_file(error, path);
}

static void release(listing *listing) {
    for (size_t i = 0; i < listing->count; i++)
        free(listing->entries[i]);
    free(listing->entries);
}

/* True if the call continues without this entry. Lack of memory always ends it. */
static bool leave_out(const picture_folder *folder, const cnn_error *reason, cnn_error *error) {
    const cnn_pictures *options = folder->options;
    if (reason->status != CNN_STATUS_NO_MEMORY && options->skip &&
        options->skip(reason, options->context))
        return true;
    if (error)
        *error = *reason;
    return false;
}

/* ---------------------------------------------------------------------------------- the classes */

/* The same rules as for names in classes.txt. */
static bool name_sound(const char *name, const char *path, cnn_error *error) {
    const size_t length = strlen(name);
    if (length >= CNN_NAME_SIZE)
        return refuse(error, path, "too long for the name of a class, which has 47 bytes at most");
    return name_first_unprintable((const uint8_t *)name, length) == length ||
           refuse(error, path, "the name of a class must be printable UTF-8");
}

/* Without given names, folders are numbered in their order. */
static bool find_label(const picture_folder *folder, class_folder *class, const char *path,
                       cnn_error *error) {
    const cnn_pictures *options = folder->options;
    class->label = folder->count;
    if (!options->names)
        return true;
    for (class->label = 0; class->label < options->classes; class->label++)
        if (!strcmp(options->names[class->label], class->name))
            return true;
    return refuse(error, path, "no class has this name");
}

/* Adds the entry if it is a folder that is not empty. */
static bool add_class(picture_folder *folder, const char *name, cnn_error *error) {
    char path[PATH_MAX];
    cnn_error reason;
    class_folder *class = &folder->folders[folder->count];
    *class = (class_folder){.name = name};
    if (!join(path, folder, name, NULL, error))
        return false;
    if (!file_is_folder(path)) {
        refuse(&reason, path, "not a folder, as each class has one");
        return leave_out(folder, &reason, error);
    }
    if (!name_sound(name, path, error) || !find_label(folder, class, path, error))
        return false;
    folder->count++;
    if (!list(&class->files, path, error))
        return false;
    return class->files.count || refuse(error, path, "no pictures in it");
}

static bool check_count(const picture_folder *folder, cnn_error *error) {
    const cnn_pictures *options = folder->options;
    const size_t count = folder->count;
    if (!count)
        return refuse(error, folder->path, "no folder for any class in it");
    if (options->names || (options->classes ? count == options->classes : count > 1))
        return true;
    error_set(error, CNN_STATUS_BAD_FILE, "%zu class folder%s, where %zu%s are expected", count,
              count == 1 ? "" : "s", options->classes ? options->classes : 2,
              options->classes ? "" : " or more");
    return error_in_file(error, folder->path);
}

static bool find_classes(picture_folder *folder, cnn_error *error) {
    if (!list(&folder->classes, folder->path, error))
        return false;
    folder->folders = memory_new(folder->classes.count, sizeof *folder->folders, error);
    if (!folder->folders)
        return false;
    for (size_t i = 0; i < folder->classes.count; i++)
        if (!add_class(folder, folder->classes.entries[i]->d_name, error))
            return false;
    return check_count(folder, error);
}

/* --------------------------------------------------------------------------------- the pictures */

static bool reserve(picture_folder *folder, cnn_error *error) {
    const cnn_pictures *options = folder->options;
    cnn_dataset_info info = {.height = options->height,
                             .width = options->width,
                             .channels = options->channels,
                             .classes = options->names ? options->classes : folder->count};
    for (size_t i = 0; i < folder->count; i++)
        info.images += folder->folders[i].files.count;
    if (options->most && options->most < info.images)
        info.images = options->most;
    folder->dataset = dataset_blank(&info, error);
    if (!folder->dataset)
        return error_in_file(error, folder->path);
    /* From here on: the number of images so far. */
    folder->dataset->info.images = 0;
    for (size_t i = 0; i < info.classes; i++)
        snprintf(folder->dataset->names[i], CNN_NAME_SIZE, "%s",
                 options->names ? options->names[i] : folder->folders[i].name);
    return true;
}

static const file_wanted picture_file = {FILE_KIND(PNG) | FILE_KIND(EMPTY), "a PNG",
                                         CNN_PNG_BYTES_MAX};

/* Otherwise a folder would only be reported as no regular file. */
static cnn_picture *read_picture(const char *path, size_t channels, cnn_error *error) {
    uint8_t *bytes;
    size_t size;
    if (file_is_folder(path)) {
        refuse(error, path, "a folder within the folder of a class");
        return NULL;
    }
    if (!file_read(path, &picture_file, &bytes, &size, error))
        return NULL;
    cnn_picture *picture = cnn_picture_parse(bytes, size, channels, error);
    if (!picture)
        error_in_file(error, path);
    free(bytes);
    return picture;
}

static bool prepare(const char *path, const cnn_pictures *options, uint8_t *pixels,
                    cnn_error *error) {
    cnn_picture *picture = read_picture(path, options->channels, error);
    const bool ok =
        picture && (picture_prepare(picture, options, pixels, error) || error_in_file(error, path));
    cnn_picture_free(picture);
    return ok;
}

static bool add_picture(picture_folder *folder, class_folder *class, const char *name,
                        cnn_error *error) {
    char path[PATH_MAX];
    cnn_error reason;
    cnn_dataset *dataset = folder->dataset;
    class->looked++;
    if (!join(path, folder, class->name, name, error))
        return false;
    if (!prepare(path, folder->options,
                 dataset->pixels + dataset->info.images * dataset->image_size, &reason))
        return leave_out(folder, &reason, error);
    dataset->labels[dataset->info.images++] = (uint32_t)(class->label);
    class->used++;
    if (folder->options->took)
        folder->options->took(path, folder->options->context);
    return true;
}

static bool has_all(const picture_folder *folder) {
    const size_t most = folder->options->most;
    return most && folder->dataset->info.images == most;
}

/* Interleaved: the first picture of each class, then the second of each; classes without more
 * pictures are skipped. */
static bool read_pictures(picture_folder *folder, cnn_error *error) {
    bool more = true;
    for (size_t turn = 0; more; turn++) {
        more = false;
        for (size_t i = 0; i < folder->count && !has_all(folder); i++) {
            class_folder *class = &folder->folders[i];
            if (turn >= class->files.count)
                continue;
            if (!add_picture(folder, class, class->files.entries[turn]->d_name, error))
                return false;
            more = true;
        }
    }
    return true;
}

/* Rejects classes without a readable image, which would go unnoticed. */
static bool every_class_used(const picture_folder *folder, cnn_error *error) {
    for (size_t i = 0; i < folder->count; i++) {
        const class_folder *class = &folder->folders[i];
        char path[PATH_MAX];
        if (!class->used && class->looked == class->files.count)
            return join(path, folder, class->name, NULL, error) &&
                   refuse(error, path, "none of its pictures could be read");
    }
    return true;
}

static bool names_sound(const cnn_pictures *options, cnn_error *error) {
    if (options->classes > DATASET_CLASSES_LIMIT)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "%zu classes, where 1 to %zu can be",
                         options->classes, DATASET_CLASSES_LIMIT);
    for (size_t i = 0; options->names && i < options->classes; i++)
        if (!given(options->names[i], "the name of a class", error))
            return false;
    return true;
}

static bool options_sound(const char *path, const cnn_pictures *options, cnn_error *error) {
    if (!given(path, "folder", error) || !given(options, "options", error))
        return false;
    return (pictures_sound(options, error) && names_sound(options, error)) ||
           error_in_file(error, path);
}

cnn_dataset *cnn_dataset_load_pictures(const char *path, const cnn_pictures *options,
                                       cnn_error *error) {
    picture_folder folder = {.path = path, .options = options};
    const bool good = options_sound(path, options, error) && find_classes(&folder, error) &&
                      reserve(&folder, error) && read_pictures(&folder, error) &&
                      every_class_used(&folder, error);
    for (size_t i = 0; i < folder.count; i++)
        release(&folder.folders[i].files);
    free(folder.folders);
    release(&folder.classes);
    if (good)
        return folder.dataset;
    cnn_dataset_free(folder.dataset);
    return NULL;
}
