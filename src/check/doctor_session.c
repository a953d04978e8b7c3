/* The examined model and its images. Every check that trains starts from the initial weights, so
 * that the order of the checks changes nothing. */
#include "doctor.h"
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Pseudo-random numbers from a seed: splitmix64 of Steele, Lea and Flood, 2014. */
static uint64_t mix(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Files may be sorted by class: only a random order makes a part representative. */
static bool draw_order(session *session, cnn_error *error) {
    const size_t images = cnn_dataset_get_info(session->images).images;
    uint64_t state = session->options.model.seed;
    session->order = memory_new(images, sizeof *session->order, error);
    if (!session->order)
        return false;
    for (size_t i = 0; i < images; i++) {
        const size_t j = mix(&state) % (i + 1);
        session->order[i] = session->order[j];
        session->order[j] = (uint32_t)i;
    }
    session->held = least(images / 4, DOCTOR_HELD_OUT);
    session->learn = images - session->held;
    session->batch =
        least(least(session->options.model.batch_size, CNN_DOCTOR_BATCH_MAX), session->learn);
    return true;
}

static bool make_model(session *session, const cnn_network *network, const cnn_model *trained,
                       cnn_error *error) {
    cnn_model_options options = session->options.model;
    const size_t batch = least(options.batch_size, CNN_DOCTOR_BATCH_MAX);
    options.batch_size = batch < DOCTOR_CHUNK ? DOCTOR_CHUNK : batch;
    options.every_layer = true;
    if (trained)
        options.normalization = cnn_model_normalization(trained);
    session->model = cnn_model_create(network, &options, error);
    session->network = cnn_model_network(session->model);
    return session->model;
}

/* The tensor of this name; without data if there is none. */
static cnn_tensor part(const cnn_model *model, const char *layer, const char *suffix) {
    cnn_tensor tensor;
    char name[2 * CNN_NAME_SIZE];
    snprintf(name, sizeof name, "%s%s", layer, suffix);
    return cnn_model_tensor(model, name, &tensor, NULL) ? tensor : (cnn_tensor){0};
}

static size_t elements(const cnn_tensor *tensor) {
    size_t count = tensor->data ? 1 : 0;
    for (size_t i = 0; i < tensor->rank; i++)
        count *= tensor->shape[i];
    return count;
}

static void look_at(session *session, doctor_layer *layer, size_t index) {
    cnn_layer_info *info = &layer->info;
    cnn_network_layer_at(session->network, index, info);
    layer->values = info->height * info->width * info->channels;
    layer->y = part(session->model, info->name, "");
    layer->dy = part(session->model, info->name, ".grad");
    layer->w = part(session->model, info->name, ".weight");
    layer->dw = part(session->model, info->name, ".weight.grad");
    layer->b = part(session->model, info->name, ".bias");
    layer->db = part(session->model, info->name, ".bias.grad");
    layer->weights = elements(&layer->w);
}

void session_save(session *session, float *parameters) {
    size_t count;
    const float *numbers = cnn_model_parameters(session->model, &count);
    memcpy(parameters, numbers, count * sizeof *parameters);
}

/* A block of the model's own size is never refused. */
void session_restore(session *session) {
    cnn_model_set_parameters(session->model, session->start, session->numbers, NULL);
}

/* False if one of the networks has no such layer. */
static bool same_layer(const cnn_network *a, const cnn_network *b, size_t index) {
    cnn_layer_info one, other;
    return cnn_network_layer_at(a, index, &one) && cnn_network_layer_at(b, index, &other) &&
           !strcmp(one.text, other.text);
}

static bool take_weights(session *session, const cnn_model *trained, cnn_error *error) {
    const cnn_network *network = cnn_model_network(trained);
    for (size_t i = 0; trained && i < session->count; i++)
        if (!same_layer(session->network, network, i))
            return error_set(error, CNN_STATUS_BAD_ARGUMENT,
                             "the trained model is of another network: its %s differs",
                             session->layers[i].info.name);
    size_t count;
    const float *numbers = cnn_model_parameters(trained, &count);
    return !trained || cnn_model_set_parameters(session->model, numbers, count, error);
}

/* Collects the tensors of the model. */
static bool look_inside(session *session, cnn_error *error) {
    session->count = cnn_network_layer_count(session->network) + 1;
    session->layers = memory_new(session->count, sizeof *session->layers, error);
    if (!session->layers)
        return false;
    cnn_model_parameters(session->model, &session->numbers);
    session->start = memory_new(session->numbers, sizeof(float), error);
    for (size_t i = 0; i < session->count; i++)
        look_at(session, &session->layers[i], i);
    return session->start;
}

/* Refuses settings that no training accepts, before anything is examined. */
static bool check_settings(session *session, cnn_error *error) {
    const cnn_schedule schedule = session_schedule(session);
    cnn_trainer *trainer =
        cnn_trainer_create(session->model, &session->options.optimizer, &schedule, error);
    cnn_trainer_free(trainer);
    return trainer;
}

bool session_open(session *session, const cnn_network *network, const cnn_model *trained,
                  cnn_error *error) {
    session->trained_before = trained;
    if (!session->options.model.batch_size)
        return error_set(error, CNN_STATUS_BAD_ARGUMENT, "batch size 0: must be at least 1");
    if (!draw_order(session, error) || !make_model(session, network, trained, error) ||
        !look_inside(session, error) || !take_weights(session, trained, error) ||
        !check_settings(session, error) || !session_set_step(session, 0, error))
        return false;
    session_save(session, session->start);
    return true;
}

void session_close(session *session) {
    findings_free(&session->findings);
    free(session->order);
    free(session->start);
    free(session->layers);
    cnn_model_free(session->model);
}

cnn_schedule session_schedule(const session *session) {
    cnn_schedule schedule = session->options.schedule;
    schedule.step_size = schedule.total_steps = DOCTOR_STEPS;
    return schedule;
}

const char *session_setting(const session *session, cnn_setting setting) {
    return setting_name(session->options.setting_names, setting);
}

bool session_set(session *session, size_t first, size_t count, cnn_error *error) {
    return cnn_model_set_batch(session->model, session->images, session->order + first, count,
                               error);
}

bool session_set_step(session *session, size_t step, cnn_error *error) {
    const size_t batches = session->learn / session->batch;
    return session_set(session, step % batches * session->batch, session->batch, error);
}

const char *session_advice(const session *session, const char *network, const char *model) {
    return session->trained_before ? model : network;
}

size_t session_examined(const session *session) {
    return least(session->learn, DOCTOR_EXAMINED);
}

size_t session_chunk(const session *session, size_t first) {
    return least(session_examined(session) - first, DOCTOR_CHUNK);
}
