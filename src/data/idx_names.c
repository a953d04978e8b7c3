/* Finds the IDX files of a folder: first by MNIST's own names, then among all names. The order in
 * which the system lists them does not matter: among equals the first in byte order is taken. */
#define _POSIX_C_SOURCE 200809L
#include "idx_names.h"

#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A name in a message. */
#define SHOWN "%.64s"

/* ---------------------------------------------------------------------------------------- names */

/* The words of a name, in lower case. */
typedef struct idx_name {
    char set[IDX_NAME_SIZE];
    cnn_split split;
    idx_part part;
} idx_name;

static char small(char byte) {
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static bool copy_small(char to[IDX_NAME_SIZE], const char *name) {
    const size_t length = strlen(name);
    for (size_t i = 0; length < IDX_NAME_SIZE && i <= length; i++)
        to[i] = small(name[i]);
    return length < IDX_NAME_SIZE;
}

static bool one_of(const char *word, const char *const *words) {
    while (*words && strcmp(word, *words))
        words++;
    return *words != NULL;
}

#define SEPARATORS "-._"
static const char *const TRAIN[] = {"train", "training", NULL};
static const char *const TEST[] = {"t10k", "test", "testing", NULL};
static const char *const IMAGES[] = {"images", "image", NULL};
static const char *const LABELS[] = {"labels", "label", NULL};
static const char *const FORMAT[] = {"idx3", "idx1", "idx", "ubyte", NULL};

/* The words after the set: part, kind, and at least one word of the format. */
static bool read_rest(idx_name *name, char *rest) {
    char *save, *part = strtok_r(rest, SEPARATORS, &save),
                *kind = strtok_r(NULL, SEPARATORS, &save);
    if (!part || !kind)
        return false;
    name->split = one_of(part, TEST) ? CNN_SPLIT_TEST : CNN_SPLIT_TRAIN;
    name->part = one_of(kind, LABELS) ? IDX_PART_LABELS : IDX_PART_IMAGES;
    size_t words = 0;
    bool known = (one_of(part, TEST) || one_of(part, TRAIN)) &&
                 (one_of(kind, IMAGES) || one_of(kind, LABELS));
    for (char *word; known && (word = strtok_r(NULL, SEPARATORS, &save)); words++)
        known = one_of(word, FORMAT);
    return known && words;
}

/* False if the name has another form. The set may have any words. */
static bool read_name(idx_name *name, const char *text) {
    char all[IDX_NAME_SIZE], rest[IDX_NAME_SIZE];
    if (text[0] == '.' || !copy_small(all, text))
        return false;
    const size_t length = strlen(all);
    if (length > 3 && !strcmp(all + length - 3, ".gz"))
        all[length - 3] = 0;
    size_t at = 0;
    strcpy(rest, all);
    while (!read_rest(name, rest)) {
        at += strcspn(all + at, SEPARATORS);
        if (!all[at])
            return false;
        strcpy(rest, all + ++at);
    }
    all[at ? at - 1 : 0] = 0;
    strcpy(name->set, all);
    return true;
}

/* Whether the name contains the requested part and kind, whatever else it has. */
static bool is_near(const char *text, cnn_split split, idx_part part) {
    char all[IDX_NAME_SIZE];
    if (text[0] == '.' || !copy_small(all, text))
        return false;
    const bool of_test = strstr(all, "t10k") || strstr(all, "test");
    const bool of_split = split == CNN_SPLIT_TEST ? of_test : strstr(all, "train") != NULL;
    return of_split && strstr(all, part == IDX_PART_LABELS ? "label" : "image") &&
           (strstr(all, "idx") || strstr(all, "ubyte"));
}

/* ------------------------------------------------------------------------------------- a folder */

/* A name and its set; "" if none. */
typedef struct seen {
    char name[IDX_NAME_SIZE], set[IDX_NAME_SIZE];
} seen;

typedef struct search {
    const char *folder;
    cnn_split split;
    idx_part part;
    const char *set;            /* the requested set, or NULL: any */
    seen low, high;             /* of the first and the last set in byte order */
    char best[IDX_NAME_SIZE];   /* the requested file */
    char second[IDX_NAME_SIZE]; /* another spelling of it */
    char near[IDX_NAME_SIZE];
    bool others; /* whether there is a file of the other split */
} search;

/* path = FOLDER/NAME + ENDING. */
static bool join(char path[IDX_PATH_SIZE], const char *folder, const char *name, const char *ending,
                 cnn_error *error) {
    const int length = snprintf(path, IDX_PATH_SIZE, "%s/%s%s", folder, name, ending);
    if (length > 0 && length < IDX_PATH_SIZE)
        return true;
    error_set(error, CNN_STATUS_IO, "the path is longer than %d bytes", IDX_PATH_SIZE - 1);
    return error_in_file(error, folder);
}

static void put_first(char to[IDX_NAME_SIZE], const char *name) {
    if (!to[0] || strcmp(name, to) < 0)
        snprintf(to, IDX_NAME_SIZE, "%s", name);
}

/* Whether they differ only in .gz at the end of one. */
static bool same_but_gz(const char *a, const char *b) {
    const size_t x = strlen(a), y = strlen(b), least = x < y ? x : y;
    const char *rest = x < y ? b + least : a + least;
    return !memcmp(a, b, least) && (!*rest || !strcmp(rest, ".gz"));
}

/* A plain file precedes one with .gz, as it does in byte order. */
static void take(search *s, const char *name) {
    if (s->best[0] && !same_but_gz(s->best, name))
        put_first(s->second, strcmp(name, s->best) < 0 ? s->best : name);
    put_first(s->best, name);
}

/* Keeps the first name of the first set (order 1) or of the last (order -1). */
static void see(seen *seen, const char *set, const char *name, int order) {
    const int difference = seen->name[0] ? order * strcmp(set, seen->set) : -1;
    if (difference > 0 || (difference == 0 && strcmp(name, seen->name) >= 0))
        return;
    strcpy(seen->set, set);
    snprintf(seen->name, IDX_NAME_SIZE, "%s", name);
}

static bool is_file(const search *s, const char *name) {
    char path[IDX_PATH_SIZE];
    return join(path, s->folder, name, "", NULL) && !file_is_folder(path);
}

static void look_at(search *s, const char *text) {
    idx_name name;
    const bool near = is_near(text, s->split, s->part), known = read_name(&name, text);
    if ((!near && !known) || !is_file(s, text))
        return;
    if (near)
        put_first(s->near, text);
    if (!known || (s->set && strcmp(name.set, s->set)))
        return;
    s->others |= name.split != s->split;
    see(&s->low, name.set, text, 1);
    see(&s->high, name.set, text, -1);
    if (name.split == s->split && name.part == s->part)
        take(s, text);
}

/* False with errno set. */
static bool look_through(search *s) {
    DIR *folder = opendir(s->folder);
    if (!folder)
        return false;
    errno = 0;
    for (const struct dirent *entry; (entry = readdir(folder));) {
        look_at(s, entry->d_name);
        errno = 0;
    }
    const int reason = errno;
    closedir(folder);
    errno = reason;
    return !reason;
}

/* MNIST's name, without .gz. */
static const char *own_name(cnn_split split, idx_part part) {
    static const char *const NAMES[2][2] = {
        {"train-images-idx3-ubyte", "train-labels-idx1-ubyte"},
        {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"},
    };
    return NAMES[split == CNN_SPLIT_TEST][part];
}

/* Always false. */
static bool missing(const search *s, cnn_error *error) {
    const char *own = own_name(s->split, s->part);
    if (s->near[0])
        error_set(error, CNN_STATUS_IO, "no %s or %s.gz in it, but " SHOWN, own, own, s->near);
    else if (s->split == CNN_SPLIT_TEST && s->others)
        error_set(error, CNN_STATUS_IO, "no test part in it, such as %s or %s.gz", own, own);
    else
        error_set(error, CNN_STATUS_IO, "no %s or %s.gz in it", own, own);
    return error_in_file(error, s->folder);
}

/* Always false. */
static bool unclear(const search *s, const char *one, const char *other, const char *what,
                    cnn_error *error) {
    error_set(error, CNN_STATUS_IO, "%s in it: " SHOWN " and " SHOWN "; each needs its own folder",
              what, one, other);
    return error_in_file(error, s->folder);
}

/* The folder is missing or unreadable. Always false. */
static bool no_folder(const search *s, int reason, cnn_error *error) {
    if (reason == ENOENT || reason == ENOTDIR)
        error_set(error, CNN_STATUS_IO, "no such folder");
    else
        error_set(error, CNN_STATUS_IO, "cannot list: %s", strerror(reason));
    return error_in_file(error, s->folder);
}

static bool find_other(search *s, idx_found *found, cnn_error *error) {
    if (!look_through(s))
        return no_folder(s, errno, error);
    if (strcmp(s->low.set, s->high.set))
        return unclear(s, s->low.name, s->high.name, "two data sets", error);
    if (s->second[0])
        return unclear(s, s->best, s->second, "one file twice", error);
    if (!s->best[0])
        return missing(s, error);
    strcpy(found->set, s->low.set);
    return join(found->path, s->folder, s->best, "", error);
}

/* Finds the file by MNIST's own name. False without an error if there is none; with one if the path
 * is too long. */
static bool find_own(const search *s, idx_found *found, bool *fits, cnn_error *error) {
    const char *own = own_name(s->split, s->part);
    found->set[0] = 0;
    for (int gz = 0; gz < 2; gz++) {
        *fits = join(found->path, s->folder, own, gz ? ".gz" : "", error);
        if (!*fits || (file_exists(found->path) && !file_is_folder(found->path)))
            return *fits;
    }
    return false;
}

bool idx_find(idx_found *found, const char *folder, cnn_split split, idx_part part,
              cnn_error *error) {
    char set[IDX_NAME_SIZE] = "";
    search s = {.folder = folder, .split = split, .part = part};
    if (part == IDX_PART_LABELS)
        s.set = strcpy(set, found->set);
    bool fits = true;
    if (!set[0] && (find_own(&s, found, &fits, error) || !fits))
        return fits;
    if (find_other(&s, found, error))
        return true;
    /* For a folder of that name, the reader of files reports the error. */
    return join(found->path, folder, own_name(split, part), "", NULL) &&
           file_is_folder(found->path);
}

cnn_idx_files cnn_dataset_look(const char *folder, cnn_split split) {
    idx_found found;
    bool fits;
    search s = {.folder = folder, .split = split, .part = IDX_PART_IMAGES};
    if (!folder || (split != CNN_SPLIT_TRAIN && split != CNN_SPLIT_TEST))
        return CNN_IDX_NONE;
    if (find_own(&s, &found, &fits, NULL))
        return CNN_IDX_FOUND;
    if (!look_through(&s))
        return errno == ENOENT || errno == ENOTDIR ? CNN_IDX_NONE : CNN_IDX_SIMILAR;
    return s.best[0] ? CNN_IDX_FOUND : s.near[0] ? CNN_IDX_SIMILAR : CNN_IDX_NONE;
}
