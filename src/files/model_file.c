/* Writes models and reads them; a file is validated before a model is made from it. */
#include "model_file.h"

#include "class_names.h"
#include "json_text.h"
#include "memory.h"
#include "shown.h"

#include <stdlib.h>
#include <string.h>

#define VERSION "1"

#define FORM_KEY "cnn.form"
#define MNIST_FORM "mnist"

/* -------------------------------------------------------------------------------------- writing */

/* The three texts below are to be freed; NULL with an error if there is no memory. */
static char *network_text(const cnn_network *network, cnn_error *error) {
    const size_t size = cnn_network_text(network, NULL, 0) + 1;
    char *text = memory_new(size, 1, error);
    if (text)
        cnn_network_text(network, text, size);
    return text;
}

static char *class_text(const cnn_model *model, cnn_error *error) {
    json_t *names = json_array();
    int bad = 0;
    for (size_t i = 0; i < cnn_network_class_count(model->network); i++)
        bad |= json_array_append_new(names, json_string(model->classes[i]));
    if (!bad)
        return json_write(names, error);
    json_decref(names);
    return json_write(NULL, error);
}

/* Sets the text under a key and frees it. False if text is NULL or memory runs out. */
static bool put(json_t *object, const char *key, char *text) {
    const bool good = text && !json_object_set_new(object, key, json_string(text));
    free(text);
    return good;
}

static bool put_form(json_t *object, const cnn_model *model) {
    return model->preprocessing == CNN_PREPROCESSING_RESIZE ||
           !json_object_set_new(object, FORM_KEY, json_string(MNIST_FORM));
}

/* In a fixed order: the same model gives the same bytes. Nine digits distinguish all floats. */
json_t *model_metadata(const cnn_model *model, cnn_error *error) {
    const cnn_normalization by = model->options.normalization;
    json_t *object = json_object();
    if (!json_object_set_new(object, "cnn.version", json_string(VERSION)) &&
        put(object, "cnn.network", network_text(model->network, error)) &&
        put(object, "cnn.mean", json_write(json_real(by.mean), error)) &&
        put(object, "cnn.deviation", json_write(json_real(by.std), error)) &&
        put(object, "cnn.classes", class_text(model, error)) && put_form(object, model) &&
        model_put_mistake(object, model))
        return object;
    json_decref(object);
    error_set(error, CNN_STATUS_NO_MEMORY, "no memory for the metadata");
    return NULL;
}

/* One set: called with image->tensors NULL to count tensors and bytes, then again to fill them. */
static void walk(model_image *image, const cnn_model *model, const parameter_set *set,
                 size_t *bytes) {
    for (parameter p = {.suffix = set->suffix}; parameter_next(model->network, &p);) {
        const layout *layout = &p.layout;
        if (image->tensors) {
            safetensors_tensor *tensor = &image->tensors[image->count];
            *tensor = (safetensors_tensor){
                .name = memcpy(image->names[image->count], p.name, sizeof p.name),
                .type = &safetensors_f32,
                .rank = layout->rank,
                .data = image->numbers + *bytes};
            memcpy(tensor->shape, layout->shape, sizeof tensor->shape);
            layout_to_file(layout, set->numbers + parameter_offset(model, &p),
                           image->numbers + *bytes);
        }
        image->count++;
        *bytes += layout_count(layout) * sizeof(float);
    }
}

static size_t walk_all(model_image *image, const cnn_model *model, const parameter_set *sets,
                       size_t set_count) {
    size_t bytes = 0;
    image->count = 0;
    for (size_t i = 0; i < set_count; i++)
        walk(image, model, &sets[i], &bytes);
    return bytes;
}

bool model_image_collect(model_image *image, const cnn_model *model, const parameter_set *sets,
                         size_t set_count, size_t more, cnn_error *error) {
    const size_t bytes = walk_all(image, model, sets, set_count);
    image->names = memory_new(image->count, sizeof *image->names, error);
    image->numbers = memory_new(bytes, 1, error);
    image->tensors = memory_new(image->count + more, sizeof *image->tensors, error);
    if (!image->names || !image->numbers || !image->tensors)
        return false;
    walk_all(image, model, sets, set_count);
    return true;
}

bool model_image_finish(model_image *image, json_t *metadata, cnn_error *error) {
    if (!metadata ||
        !safetensors_build(&image->file, metadata, image->tensors, image->count, error))
        return false;
    return image->file.size <= MODEL_FILE_MAX ||
           error_set(error, CNN_STATUS_BAD_ARGUMENT, "the file would have %zu bytes, more than %zu",
                     image->file.size, MODEL_FILE_MAX);
}

bool model_image_build(model_image *image, const cnn_model *model, cnn_error *error) {
    *image = (model_image){.tensors = NULL};
    const parameter_set parameters = {NULL, model->parameters};
    parameter p;
    if (!parameters_finite(model, &parameters, &p))
        return error_set(error, CNN_STATUS_DIVERGED,
                         "not written, since %s is not finite and could not be read back", p.name);
    if (model_image_collect(image, model, &parameters, 1, 0, error) &&
        model_image_finish(image, model_metadata(model, error), error))
        return true;
    model_image_release(image);
    return false;
}

void model_image_release(model_image *image) {
    safetensors_release(&image->file);
    free(image->tensors);
    free(image->names);
    free(image->numbers);
    *image = (model_image){.tensors = NULL};
}

/* -------------------------------------------------------------------------------------- reading */

size_t model_file_metadata(const safetensors *file) {
    return safetensors_key_offset(file, file->metadata_key);
}

/* Owned by the file. NULL is an error. */
static const char *get_text(const safetensors *file, const char *key, cnn_error *error) {
    const char *text = safetensors_metadata(file, key);
    if (!text)
        error_at(error, model_file_metadata(file), "no %s in the metadata", key);
    return text;
}

/* The value of a key whose text is JSON. Positions in that text are not positions in the file. */
static json_t *get_json(const safetensors *file, const char *key, cnn_error *error) {
    const char *text = get_text(file, key, error);
    cnn_error inner;
    if (!text)
        return NULL;
    json_t *value = json_read(text, strlen(text), 0, &inner);
    if (!value && inner.status == CNN_STATUS_NO_MEMORY)
        error_set(error, CNN_STATUS_NO_MEMORY, "%s", inner.message);
    else if (!value)
        error_at(error, model_file_metadata(file), "%s: %.200s", key, inner.message);
    return value;
}

/* Keeps line and column of an error in the network text. Always NULL. */
static cnn_network *refuse_network(const safetensors *file, cnn_network *network,
                                   const cnn_error *inner, cnn_error *error) {
    cnn_network_free(network);
    if (inner->status == CNN_STATUS_NO_MEMORY)
        error_set(error, CNN_STATUS_NO_MEMORY, "%s", inner->message);
    else
        error_at(error, model_file_metadata(file), "cnn.network: %.230s", inner->message);
    if (error) {
        error->line = inner->line;
        error->column = inner->column;
    }
    return NULL;
}

/* Network and version are checked first: other errors would be confusing without them. */
cnn_network *model_file_network(const safetensors *file, cnn_error *error) {
    const char *text = safetensors_metadata(file, "cnn.network");
    const char *version = safetensors_metadata(file, "cnn.version");
    cnn_error inner;
    if (!text) {
        error_at(error, file->metadata ? model_file_metadata(file) : 8,
                 "not a model of cnn.c: no network in it; its tensors can be the weights of one");
        return NULL;
    }
    if (!version || strcmp(version, VERSION)) {
        error_at(error, model_file_metadata(file),
                 "cnn.version is \"%s\", this library reads " VERSION,
                 version ? show(version, strlen(version), 20).text : "");
        return NULL;
    }
    cnn_network *network = cnn_network_parse(text, strlen(text), &inner);
    if (!network || !network_complete(network, &inner))
        return refuse_network(file, network, &inner, error);
    return network;
}

/* Values too large for a float become infinity, which the caller refuses. */
static bool read_number(const safetensors *file, const char *key, float *value, cnn_error *error) {
    json_t *json = get_json(file, key, error);
    if (!json)
        return false;
    const bool number = json_is_number(json);
    *value = (float)json_number_value(json);
    json_decref(json);
    return number || error_at(error, model_file_metadata(file), "%s is no number", key);
}

/* Checked here: an error of cnn_model_create() would refer to the caller's options. */
static bool read_normalization(const safetensors *file, cnn_normalization *by, cnn_error *error) {
    if (!read_number(file, "cnn.mean", &by->mean, error) ||
        !read_number(file, "cnn.deviation", &by->std, error))
        return false;
    if (!normalization_accepts_mean(by->mean))
        return error_at(error, model_file_metadata(file), "cnn.mean is %g", by->mean);
    if (!normalization_accepts_std(by->std))
        return error_at(error, model_file_metadata(file), "cnn.deviation is %g", by->std);
    return true;
}

static bool check_class(const safetensors *file, size_t index, const json_t *name,
                        cnn_error *error) {
    const char *text = json_string_value(name);
    const size_t length = json_string_length(name);
    if (!text)
        return error_at(error, model_file_metadata(file), "cnn.classes: number %zu is no string",
                        index);
    if (!length || length >= CNN_NAME_SIZE)
        return error_at(error, model_file_metadata(file),
                        "cnn.classes: name %zu has %zu bytes, not 1 to %d", index, length,
                        CNN_NAME_SIZE - 1);
    return name_first_unprintable((const uint8_t *)text, length) == length ||
           error_at(error, model_file_metadata(file),
                    "cnn.classes: name %zu, \"%s\", is not printable", index, show_name(text).text);
}

/* An array of valid names, one per class of the network, or NULL. */
static json_t *read_classes(const safetensors *file, const cnn_network *network, cnn_error *error) {
    const size_t classes = cnn_network_class_count(network);
    json_t *names = get_json(file, "cnn.classes", error);
    if (!names)
        return NULL;
    bool good = json_array_size(names) == classes ||
                error_at(error, model_file_metadata(file), "cnn.classes: %zu names for %zu classes",
                         json_array_size(names), classes);
    for (size_t i = 0; good && i < classes; i++)
        good = check_class(file, i, json_array_get(names, i), error);
    if (good)
        return names;
    json_decref(names);
    return NULL;
}

/* Without the key the form is unknown and counts as none. */
static bool read_form(const safetensors *file, cnn_preprocessing *preprocessing, cnn_error *error) {
    const char *form = safetensors_metadata(file, FORM_KEY);
    const bool mnist = form && !strcmp(form, MNIST_FORM);
    *preprocessing = mnist ? CNN_PREPROCESSING_MNIST : CNN_PREPROCESSING_RESIZE;
    return !form || mnist ||
           error_at(error, model_file_metadata(file), FORM_KEY " is \"%s\", not \"" MNIST_FORM "\"",
                    show_name(form).text);
}

bool model_about_read(model_about *about, const safetensors *file, const cnn_network *network,
                      cnn_error *error) {
    *about = (model_about){.names = NULL};
    if (!read_normalization(file, &about->normalization, error) ||
        !read_form(file, &about->preprocessing, error) ||
        !model_read_mistake(file, about->mistake, error))
        return false;
    about->names = read_classes(file, network, error);
    return about->names != NULL;
}

/* Checks all but the caller's options. Constant initial parameters are the fastest to make. */
static cnn_model *make_model(const safetensors *file, const cnn_network *network,
                             const model_about *about, const cnn_model_options *options,
                             cnn_error *error) {
    cnn_model_options used = CNN_MODEL_OPTIONS_DEFAULT;
    if (options)
        used = *options;
    used.init = CNN_INIT_CONSTANT;
    used.constant = 0;
    used.normalization = about->normalization;
    cnn_model *model = cnn_model_create(network, &used, error);
    if (!model)
        return NULL;
    parameters_read(model, file, NULL, model->parameters);
    for (size_t i = 0; i < cnn_network_class_count(network); i++)
        cnn_model_set_class(model, i, model_about_class(about, i), NULL);
    model->preprocessing = about->preprocessing;
    model_set_mistake(model, about->mistake);
    return model;
}

/* Checks the parameters before it makes a model: too large a network costs no memory. */
cnn_model *model_file_model(safetensors *file, const cnn_network *network,
                            const cnn_model_options *options, cnn_error *error) {
    model_about about;
    if (!model_file_check(file, network, &about, error))
        return NULL;
    cnn_model *model = make_model(file, network, &about, options, error);
    model_about_release(&about);
    return model;
}

bool model_file_check(safetensors *file, const cnn_network *network, model_about *about,
                      cnn_error *error) {
    return parameters_check(network, file, error) && model_about_read(about, file, network, error);
}

/* Opens a file with a network that is no checkpoint. NULL is an error; the file is then closed. */
cnn_network *model_file_open(safetensors *file, const void *bytes, size_t size, cnn_error *error) {
    if (!safetensors_open(file, bytes, size, error))
        return NULL;
    cnn_network *network = NULL;
    if (safetensors_metadata(file, "cnn.checkpoint"))
        error_at(error, model_file_metadata(file),
                 "a checkpoint of a run, which can be resumed, and not a model");
    else
        network = model_file_network(file, error);
    if (!network)
        safetensors_close(file);
    return network;
}

static bool names_agree(const json_t *names, const cnn_model *model, cnn_error *error) {
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        if (strcmp(name, model->classes[i]))
            return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                             "the model calls class %zu \"%s\", the run \"%s\"", i,
                             model->classes[i], name);
    }
    return true;
}

bool model_file_agrees(const safetensors *file, const cnn_model *model, cnn_error *error) {
    const cnn_normalization now = model->options.normalization;
    cnn_normalization then;
    cnn_preprocessing made;
    if (!read_normalization(file, &then, error) || !read_form(file, &made, error))
        return false;
    if (now.mean != then.mean || now.std != then.std)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         "the model normalizes by %g and %g, the run by %g and %g", now.mean,
                         now.std, then.mean, then.std);
    if (made != model->preprocessing) {
        const bool form = model->preprocessing == CNN_PREPROCESSING_MNIST;
        return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                         "the model is %s images in MNIST's form, %s", form ? "for" : "not for",
                         form ? "the run is not" : "the run is");
    }
    json_t *names = read_classes(file, model->network, error);
    const bool good = names && names_agree(names, model, error);
    json_decref(names);
    return good;
}

cnn_model *cnn_model_parse(const void *bytes, size_t size, const cnn_model_options *options,
                           cnn_error *error) {
    safetensors file;
    cnn_network *network =
        given(bytes, "bytes", error) ? model_file_open(&file, bytes, size, error) : NULL;
    if (!network)
        return NULL;
    cnn_model *model = model_file_model(&file, network, options, error);
    cnn_network_free(network);
    safetensors_close(&file);
    return model;
}

/* All checks come before the first parameter is changed. */
bool cnn_model_parse_weights(cnn_model *model, const void *bytes, size_t size, cnn_error *error) {
    safetensors file;
    if (!given(model, "model", error) || !given(bytes, "bytes", error) ||
        !safetensors_open(&file, bytes, size, error))
        return false;
    char mistake[CNN_NAME_SIZE];
    const bool good =
        parameters_check(model->network, &file, error) && model_read_mistake(&file, mistake, error);
    if (good) {
        model_set_mistake(model, mistake);
        parameters_read(model, &file, NULL, model->parameters);
        model_moved(model);
    }
    safetensors_close(&file);
    return good;
}
