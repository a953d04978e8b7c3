/* Checks that a file can be written before any work is done, and makes up names for files. */
#define _POSIX_C_SOURCE 200809L
#include "outputs.h"

#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Returns 0, or the errno that explains why the folder of path cannot take a new file. */
static int folder_problem(const char *path) {
    const size_t length = (size_t)(source_base(path) - path);
    char *folder = malloc(length + 2);
    if (!folder)
        return ENOMEM;
    memcpy(folder, path, length);
    strcpy(folder + length, ".");
    const int problem = access(folder, W_OK | X_OK) ? errno : 0;
    free(folder);
    return problem;
}

static bool check(const char *path, bool in_place, cnn_error *error) {
    struct stat about;
    const bool there = !stat(path, &about);
    if (!source_base(path)[0] || (there && S_ISDIR(about.st_mode)))
        return source_refuse(error, path, "is a folder, not a file");
    int problem = 0;
    if (!there || (S_ISREG(about.st_mode) && !in_place))
        problem = folder_problem(path);
    else if (access(path, W_OK))
        problem = errno;
    if (problem)
        return source_refuse(error, path, "cannot be written there: %s", strerror(problem));
    return true;
}

bool outputs_check(const char *path, cnn_error *error) {
    return check(path, false, error);
}

bool outputs_check_log(const char *path, cnn_error *error) {
    return check(path, true, error);
}

/* Finds the last dot of a file name, or its end; a leading dot is part of the name. */
static size_t stem_length(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot && dot != name ? (size_t)(dot - name) : strlen(name);
}

static char *joined(const char *start, size_t length, const char *middle, const char *end) {
    const size_t size = length + strlen(middle) + strlen(end) + 1;
    char *text = malloc(size);
    if (text)
        snprintf(text, size, "%.*s%s%s", (int)length, start, middle, end);
    return text;
}

char *outputs_model(const char *network, bool model) {
    const char *name = source_base(network);
    return joined(name, stem_length(name), model ? ".trained" : "", ".safetensors");
}

static char *with_word(const char *model, const char *word) {
    const char *name = source_base(model);
    const size_t length = (size_t)(name - model) + stem_length(name);
    return joined(model, length, word, model + length);
}

char *outputs_best(const char *model) {
    return with_word(model, ".best");
}

char *outputs_broken(const char *model, const char *mistake) {
    char word[CNN_NAME_SIZE + 1];
    snprintf(word, sizeof word, ".%s", mistake);
    return with_word(model, word);
}

char *outputs_checkpoint(const char *model, int number) {
    char word[32] = ".checkpoint";
    if (number > 1)
        snprintf(word, sizeof word, ".checkpoint-%d", number);
    return with_word(model, word);
}

bool outputs_free(const char *path) {
    struct stat about;
    return lstat(path, &about) && errno == ENOENT;
}

bool outputs_there(const char *path) {
    struct stat about;
    return !stat(path, &about) && S_ISREG(about.st_mode);
}

bool outputs_device(const char *path) {
    struct stat about;
    return !stat(path, &about) && !S_ISREG(about.st_mode);
}

double outputs_size(const char *path) {
    struct stat about;
    return stat(path, &about) ? 0 : (double)about.st_size;
}
