#define _POSIX_C_SOURCE 200809L
#include "images.h"

#include "say.h"
#include "source.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_SIZE 4096

typedef enum folder_kind {
    FOLDER_IDX,
    FOLDER_PARTS,   /* train/ and test/, or one of them */
    FOLDER_CLASSES, /* a sub-folder per class */
    FOLDER_NEITHER
} folder_kind;

/* Whether FOLDER/NAME is there, and a folder if that is wanted. Too long a path is not there. */
static bool has(const char *folder, const char *name, bool as_folder) {
    char path[PATH_SIZE];
    struct stat about;
    const int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    return length < PATH_SIZE && !stat(path, &about) && (!as_folder || S_ISDIR(about.st_mode));
}

/* Whether there is any sub-folder that is not hidden, as names of classes are. */
static bool has_folders(const char *path) {
    DIR *folder = opendir(path);
    bool found = false;
    for (const struct dirent *entry; folder && !found && (entry = readdir(folder));)
        found = entry->d_name[0] != '.' && has(path, entry->d_name, true);
    if (folder)
        closedir(folder);
    return found;
}

/* A folder called train is a part only if classes are in it: it may be the class of trains. */
static bool is_part(const char *folder, const char *name) {
    char path[PATH_SIZE];
    return snprintf(path, sizeof path, "%s/%s", folder, name) < PATH_SIZE && has_folders(path);
}

static folder_kind kind_of(const char *path) {
    const cnn_idx_files train = cnn_dataset_look(path, CNN_TRAIN),
                        test = cnn_dataset_look(path, CNN_TEST);
    if (train == CNN_IDX_FOUND || test == CNN_IDX_FOUND)
        return FOLDER_IDX;
    if (is_part(path, "train") || is_part(path, "test"))
        return FOLDER_PARTS;
    if (has_folders(path))
        return FOLDER_CLASSES;
    return train || test ? FOLDER_IDX : FOLDER_NEITHER;
}

bool images_have_test(const char *folder) {
    const folder_kind kind = kind_of(folder);
    return (kind == FOLDER_IDX && cnn_dataset_look(folder, CNN_TEST)) ||
           (kind == FOLDER_PARTS && has(folder, "test", true));
}

static bool skip(const cnn_error *error, void *context) {
    size_t *skipped = context;
    char text[1024];
    ++*skipped;
    cnn_error_text(error, text, sizeof text);
    say_error("%s; left out", text);
    return true;
}

/* From the sub-folders of classes in PATH/PART, or in PATH if part is empty; names as in
 * cnn_pictures. */
static cnn_dataset *from_pictures(const char *path, const char *part, bool skip_bad,
                                  const cnn_network *network, const char *const *names,
                                  cnn_error *error) {
    char folder[PATH_SIZE];
    size_t skipped = 0;
    cnn_layer_info input;
    cnn_network_layer(network, 0, &input);
    const cnn_pictures options = {.height = input.height,
                                  .width = input.width,
                                  .channels = input.channels,
                                  .classes = cnn_network_classes(network),
                                  .names = names,
                                  .skip = skip_bad ? skip : NULL,
                                  .context = &skipped};
    if (snprintf(folder, sizeof folder, "%s%s%s", path, part[0] ? "/" : "", part) >= PATH_SIZE) {
        source_refuse(error, path, "the path is too long");
        return NULL;
    }
    cnn_dataset *images = cnn_dataset_load_pictures(folder, &options, error);
    if (images && skipped)
        say_error("%s: %s left out, %s used", folder, say_count(skipped).text,
                  say_count(cnn_dataset_about(images).images).text);
    return images;
}

/* Of a folder that is not there, or cannot be looked into, that is the reason. */
static cnn_dataset *neither(const char *path, cnn_error *error) {
    const char *hint = strcmp(path, SOURCE_DATA) ? "" : "; scripts/fetch-data gets MNIST";
    DIR *folder = opendir(path);
    if (folder) {
        closedir(folder);
        source_refuse(error, path, "neither IDX files nor a folder of PNGs for each class in it%s",
                      hint);
    } else if (errno == ENOENT) {
        source_refuse(error, path, "no such folder%s", hint);
    } else {
        source_refuse(error, path, "cannot list: %s", strerror(errno));
    }
    return NULL;
}

cnn_dataset *images_to_train(const char *folder, bool skip_bad, const cnn_network *network,
                             const char *const *names, cnn_error *error) {
    const folder_kind kind = kind_of(folder);
    if (kind == FOLDER_IDX)
        return source_images(folder, CNN_TRAIN, network, error);
    if (kind == FOLDER_NEITHER)
        return neither(folder, error);
    return from_pictures(folder, kind == FOLDER_PARTS ? "train" : "", skip_bad, network, names,
                         error);
}

const char **images_names(const cnn_model *model, cnn_error *error) {
    const size_t classes = cnn_network_classes(cnn_model_network(model));
    const char **names = calloc(classes, sizeof *names);
    if (!names)
        source_refuse(error, "", "no memory for %zu names", classes);
    for (size_t i = 0; names && i < classes; i++)
        names[i] = cnn_model_class(model, i);
    return names;
}

cnn_dataset *images_to_test(const char *folder, bool skip_bad, const cnn_model *model,
                            cnn_error *error) {
    const folder_kind kind = kind_of(folder);
    const cnn_network *network = cnn_model_network(model);
    if (kind == FOLDER_IDX)
        return source_images(folder, CNN_TEST, network, error);
    if (kind == FOLDER_NEITHER)
        return neither(folder, error);
    const char **names = images_names(model, error);
    cnn_dataset *images = NULL;
    if (names)
        images = from_pictures(folder, kind == FOLDER_PARTS ? "test" : "", skip_bad, network, names,
                               error);
    free(names);
    return images;
}
