/* The model under examination and its images. Every check that trains begins with the weights as
 * they came, so that the order of the checks changes nothing. */
#include "doctor.h"
#include "say.h"
#include "source.h"

#include <stdlib.h>
#include <string.h>

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Numbers that look random, from a seed: splitmix64 of Steele, Lea and Flood, 2014. */
static uint64_t mix(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Files may be sorted by class: only a random order makes a part of them like the whole. */
static bool draw_order(doctor_patient *patient, cnn_error *error) {
    const size_t images = cnn_dataset_about(patient->images).images;
    uint64_t state = patient->settings->training.seed;
    patient->order = calloc(images, sizeof *patient->order);
    if (!patient->order)
        return source_refuse(error, "", "no memory for an order of %zu images", images);
    for (size_t i = 0; i < images; i++) {
        const size_t j = mix(&state) % (i + 1);
        patient->order[i] = patient->order[j];
        patient->order[j] = (uint32_t)i;
    }
    patient->held = least(images / 4, DOCTOR_HELD_OUT);
    patient->learn = images - patient->held;
    patient->batch =
        least(least(patient->settings->training.batch_size, DOCTOR_MOST_BATCH), patient->learn);
    return true;
}

static cnn_model_options options_of(const doctor_patient *patient) {
    cnn_model_options options = training_options(&patient->settings->training);
    const size_t batch = least(options.batch_size, DOCTOR_MOST_BATCH);
    options.batch_size = batch < DOCTOR_CHUNK ? DOCTOR_CHUNK : batch;
    options.every_layer = true;
    return options;
}

/* As a training would take them. */
static bool take_images(doctor_patient *patient, cnn_normalisation *measured, cnn_error *error) {
    const training_flags *flags = &patient->settings->training;
    images_folder folder;
    if (!training_look(flags, &folder, error))
        return false;
    patient->fit = training_fits(flags, &patient->source) && folder.kind != IMAGES_IDX;
    patient->images = training_images_for(flags, &folder, &patient->source, measured, error);
    return patient->images;
}

/* The images and the model that training would begin with. */
static bool admit(doctor_patient *patient, cnn_error *error) {
    const doctor_settings *settings = patient->settings;
    const source *source = &patient->source;
    cnn_normalisation measured;
    patient->trained_before = source_trained(source);
    if (!source_trainable(source->network, settings->network, error))
        return false;
    if (!take_images(patient, &measured, error) || !draw_order(patient, error))
        return false;
    const cnn_model_options options = options_of(patient);
    patient->model = source_start(source, &options, &measured, error);
    if (!patient->model)
        return false;
    patient->network = cnn_model_network(patient->model);
    patient->normalisation = cnn_model_normalisation(patient->model);
    return true;
}

/* A tensor without data if there is none of that name. */
static cnn_tensor part(const doctor_patient *patient, const char *layer, const char *suffix) {
    cnn_tensor tensor;
    char name[2 * CNN_NAME_SIZE];
    snprintf(name, sizeof name, "%s%s", layer, suffix);
    return cnn_model_tensor(patient->model, name, &tensor, NULL) ? tensor : (cnn_tensor){0};
}

static void look_at(doctor_patient *patient, doctor_layer *layer, size_t index) {
    cnn_layer_info *info = &layer->info;
    cnn_network_layer(patient->network, index, info);
    layer->values = info->height * info->width * info->channels;
    layer->relu = !strcmp(info->text, "relu");
    layer->y = part(patient, info->name, "");
    layer->dy = part(patient, info->name, ".grad");
    layer->w = part(patient, info->name, ".weight");
    layer->dw = part(patient, info->name, ".weight.grad");
    layer->b = part(patient, info->name, ".bias");
    layer->db = part(patient, info->name, ".bias.grad");
    layer->weights = layer->w.data ? 1 : 0;
    for (size_t i = 0; i < layer->w.rank; i++)
        layer->weights *= layer->w.shape[i];
}

/* Copies every parameter into memory, or back. */
static void copy_parameters(doctor_patient *patient, float *at, bool back) {
    for (size_t i = 0; i < patient->count; i++) {
        const doctor_layer *layer = &patient->layers[i];
        const size_t sizes[] = {layer->weights, layer->b.data ? layer->b.shape[0] : 0};
        void *const parts[] = {layer->w.data, layer->b.data};
        for (size_t p = 0; p < 2; at += sizes[p++])
            if (sizes[p])
                memcpy(back ? parts[p] : at, back ? at : parts[p], sizes[p] * sizeof *at);
    }
}

void patient_save(doctor_patient *patient, float *parameters) {
    copy_parameters(patient, parameters, false);
}

void patient_restore(doctor_patient *patient) {
    copy_parameters(patient, patient->start, true);
}

bool patient_admit(doctor_patient *patient, cnn_error *error) {
    if (!admit(patient, error))
        return false;
    say_threads(patient->model, patient->settings->training.threads);
    patient->count = cnn_network_layers(patient->network) + 1;
    patient->layers = calloc(patient->count, sizeof *patient->layers);
    patient->start = calloc(cnn_network_parameters(patient->network) + 1, sizeof(float));
    if (!patient->layers || !patient->start)
        return source_refuse(error, "", "no memory for a second set of weights");
    for (size_t i = 0; i < patient->count; i++)
        look_at(patient, &patient->layers[i], i);
    patient_save(patient, patient->start);
    return true;
}

void patient_free(doctor_patient *patient) {
    findings_free(&patient->findings);
    free(patient->order);
    free(patient->start);
    free(patient->layers);
    cnn_dataset_free(patient->images);
    cnn_model_free(patient->model);
    source_close(&patient->source);
}

bool patient_set(doctor_patient *patient, size_t first, size_t count, cnn_error *error) {
    return cnn_model_set_batch(patient->model, patient->images, patient->order + first, count,
                               error);
}

bool patient_set_step(doctor_patient *patient, size_t step, cnn_error *error) {
    const size_t batches = patient->learn / patient->batch;
    return patient_set(patient, step % batches * patient->batch, patient->batch, error);
}

const char *patient_advice(const doctor_patient *patient, const char *network, const char *model) {
    return patient->trained_before ? model : network;
}

size_t patient_examined(const doctor_patient *patient) {
    return least(patient->learn, DOCTOR_EXAMINED);
}

size_t patient_chunk(const doctor_patient *patient, size_t first) {
    return least(patient_examined(patient) - first, DOCTOR_CHUNK);
}
