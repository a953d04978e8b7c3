/* The network, the model and its images, as the page sees them. */
#include "lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

lab the_lab;

const char *LAB(lab_error)(void) {
    static char text[768];
    cnn_error_text(&the_lab.error, text, sizeof text);
    return text;
}

/* Where in a network's text the error is; 0 elsewhere. */
unsigned LAB(lab_error_line)(void) {
    return the_lab.error.line;
}
unsigned LAB(lab_error_column)(void) {
    return the_lab.error.column;
}

/* Does this engine round a multiply-add once? Then numbers have the bits of the book. */
bool LAB(lab_fused)(void) {
#ifdef __wasm_relaxed_simd__
    typedef float four __attribute__((vector_size(16)));
    volatile float one = 1 + 0x1p-12f, less = -(1 + 0x1p-11f);
    const four a = {one, one, one, one}, b = {less, less, less, less};
    return __builtin_wasm_relaxed_madd_f32x4(a, a, b)[0] != 0;
#else
    return false;
#endif
}

void lab_forget_model(void) {
    lab_forget_run();
    lab_forget_update();
    the_lab.looked_after = false;
    cnn_model_free(the_lab.model);
    the_lab.model = NULL;
}

/* Reads the text that lab_model makes a model of; the model at hand stays. */
bool LAB(lab_network)(const char *text, size_t size) {
    cnn_network *network = cnn_network_parse(text, size, &the_lab.error);
    if (!network)
        return false;
    cnn_network_free(the_lab.network);
    the_lab.network = network;
    return true;
}

/* The model's network; the one read, before there is a model. */
static const cnn_network *network_shown(void) {
    return the_lab.model ? cnn_model_network(the_lab.model) : the_lab.network;
}

/* The text of the model's network, for an editor. */
const char *LAB(lab_text)(void) {
    static char *text;
    const size_t length = cnn_network_text(network_shown(), NULL, 0);
    free(text);
    text = malloc(length + 1);
    if (text)
        cnn_network_text(network_shown(), text, length + 1);
    return text ? text : "";
}

/* The parameters of the model's network; its layers, with the input. */
size_t LAB(lab_weights)(void) {
    return cnn_network_parameter_count(network_shown());
}
size_t LAB(lab_layers)(void) {
    return cnn_network_layer_count(network_shown()) + 1;
}

/* Layer 0 is the input: name, text, kind; height, width, channels; flat, parameters, weights, bias;
 * kernel's height and width. */
const uintptr_t *LAB(lab_layer)(size_t index) {
    static cnn_layer_info i;
    static uintptr_t facts[12];
    cnn_network_layer_at(network_shown(), index, &i);
    const uintptr_t row[12] = {(uintptr_t)i.name,
                               (uintptr_t)i.text,
                               (uintptr_t)i.kind,
                               i.height,
                               i.width,
                               i.channels,
                               i.flat,
                               i.parameters,
                               i.weights,
                               i.bias,
                               i.kernel.h,
                               i.kernel.w};
    memcpy(facts, row, sizeof facts);
    return facts;
}

/* Multiply-adds of a layer, forward, for one image; of all above the last layer. */
double LAB(lab_multiply_adds)(size_t index) {
    cnn_layer_info layer;
    double sum = 0;
    for (size_t i = 0; cnn_network_layer_at(network_shown(), i, &layer); i++)
        if (i == index || index >= lab_layers())
            sum += (double)layer.multiply_adds;
    return sum;
}

/* Do the held-out images, if there are any, fit? One is read to see. */
static bool fits(cnn_model *model) {
    const cnn_dataset *held = the_lab.sets[CNN_SPLIT_TEST];
    cnn_score score = {.images = 0};
    return !held || cnn_model_evaluate_slice(model, held, 0, 1, &score, NULL, &the_lab.error);
}

/* Every channel is drawn, and an image is computed while somebody waits. */
enum { CHANNELS_MAX = 1024 };
static const double MULTIPLY_ADDS_MAX = 2e8;

static bool refuse_network(const cnn_layer_info *layer, const char *what, double count,
                           double most) {
    the_lab.error = (cnn_error){.status = CNN_STATUS_BAD_ARGUMENT};
    snprintf(the_lab.error.message, sizeof the_lab.error.message,
             "%s has %.0f %s; the page shows networks with at most %.0f", layer->name, count, what,
             most);
    return false;
}

/* Can the page show it? */
static bool small_enough(const cnn_network *network) {
    cnn_layer_info layer;
    double work = 0;
    for (size_t i = 0; cnn_network_layer_at(network, i, &layer); i++) {
        work += (double)layer.multiply_adds;
        if (layer.channels > CHANNELS_MAX && (layer.weights || !layer.flat))
            return refuse_network(&layer, "channels", (double)layer.channels, CHANNELS_MAX);
        if (work > MULTIPLY_ADDS_MAX)
            return refuse_network(&layer, "multiply-adds, with those before it", work,
                                  MULTIPLY_ADDS_MAX);
    }
    return true;
}

/* The model takes the place of the one at hand, unless the images do not fit it. */
static bool take_model(cnn_model *model) {
    if (!model || !small_enough(cnn_model_network(model)) || !fits(model)) {
        cnn_model_free(model);
        return false;
    }
    lab_forget_model();
    the_lab.model = model;
    the_lab.normalization = cnn_model_normalization(model);
    return true;
}

cnn_model_options lab_options(size_t batch, unsigned seed, bool look) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.batch_size = batch;
    options.threads = 1;
    options.seed = seed;
    options.every_layer = options.input_gradient = look;
    options.backend = look ? "ref" : NULL;
    return options;
}

/* The names of classes and the form of images stay those of the model before. */
static bool adopt(cnn_model *model, const cnn_model *before) {
    if (!model || !before)
        return model != NULL;
    const size_t count = cnn_network_class_count(cnn_model_network(model));
    for (size_t i = 0; i < count && cnn_model_class_at(before, i); i++)
        if (strcmp(cnn_model_class_at(model, i), cnn_model_class_at(before, i)) &&
            !cnn_model_set_class(model, i, cnn_model_class_at(before, i), &the_lab.error))
            return false;
    return cnn_model_set_preprocessing(model, cnn_model_preprocessing(before), &the_lab.error);
}

/* A model of the network, with random parameters; images normalized as for the model before,
 * or else as measured. */
bool LAB(lab_model)(size_t batch, unsigned seed, bool look) {
    const cnn_dataset *train = the_lab.sets[CNN_SPLIT_TRAIN];
    cnn_model_options options = lab_options(batch, seed, look);
    if (the_lab.normalization.std > 0)
        options.normalization = the_lab.normalization;
    else if (train)
        options.normalization = cnn_dataset_measure(train);
    if (!small_enough(the_lab.network))
        return false;
    cnn_model *model = cnn_model_create(the_lab.network, &options, &the_lab.error);
    if (!adopt(model, the_lab.model)) {
        cnn_model_free(model);
        return false;
    }
    return take_model(model) &&
           (!train || cnn_model_set_preprocessing(the_lab.model, cnn_dataset_preprocessing(train),
                                                  &the_lab.error));
}

/* From a model file's bytes, with its network. */
bool LAB(lab_load)(const void *bytes, size_t size, size_t batch, bool look) {
    const cnn_model_options options = lab_options(batch, 1, look);
    if (!take_model(cnn_model_parse(bytes, size, &options, &the_lab.error)))
        return false;
    cnn_network_free(the_lab.network);
    the_lab.network = cnn_network_copy(cnn_model_network(the_lab.model), &the_lab.error);
    return the_lab.network != NULL;
}

/* How the model normalizes pixels. */
double LAB(lab_mean)(void) {
    return cnn_model_normalization(the_lab.model).mean;
}
double LAB(lab_std)(void) {
    return cnn_model_normalization(the_lab.model).std;
}

/* The model's file; free() it. NULL: the reason is in lab_error(). */
static size_t saved_size;
void *LAB(lab_save)(void) {
    return cnn_model_bytes(the_lab.model, &saved_size, &the_lab.error);
}
size_t LAB(lab_save_size)(void) {
    return saved_size;
}

/* All parameters as one block, which a model of the same network takes. */
const float *LAB(lab_parameters)(void) {
    return cnn_model_parameters(the_lab.model, NULL);
}
size_t LAB(lab_parameter_count)(void) {
    size_t count = 0;
    cnn_model_parameters(the_lab.model, &count);
    return count;
}
bool LAB(lab_set_parameters)(const float *numbers, size_t count) {
    return cnn_model_set_parameters(the_lab.model, numbers, count, &the_lab.error);
}

/* split 0: images to train on; 1: held out; of the model's input and classes. Copied. */
bool LAB(lab_data)(int split, const uint8_t *images, const uint32_t *labels, size_t count) {
    cnn_layer_info input;
    cnn_network_layer_at(network_shown(), 0, &input);
    const cnn_dataset_info info = {count, input.height, input.width, input.channels,
                                   cnn_network_class_count(network_shown())};
    cnn_dataset_free(the_lab.sets[split]);
    the_lab.sets[split] = cnn_dataset_create(&info, images, labels, &the_lab.error);
    return the_lab.sets[split] != NULL;
}

/* A model's batch size never changes, so more images need another model with its parameters. */
static bool make_room_for(size_t count) {
    return count <= cnn_model_batch_size(the_lab.model) || take_model(lab_twin(count));
}

/* The batch, from bytes. If it is larger than the model's, all tensors lie elsewhere afterwards. */
bool LAB(lab_images)(const uint8_t *images, const uint32_t *labels, size_t count) {
    return make_room_for(count) &&
           cnn_model_set_images(the_lab.model, images, labels, count, &the_lab.error);
}

/* Makes the batch's numbers, forward and backward; the mean loss. */
double LAB(lab_pass)(void) {
    cnn_model_forward(the_lab.model);
    cnn_model_backward(the_lab.model);
    return cnn_model_loss(the_lab.model);
}

/* Forward alone, for an answer while somebody draws. */
void LAB(lab_forward)(void) {
    cnn_model_forward(the_lab.model);
}
