/* Dead units: channels of a convolution, or values of a dense layer, that are 0 behind their ReLU
 * for every image examined. No gradient passes them, so they stay as they are (Lu et al., "Dying
 * ReLU and Initialization", 2019). Looked for before the first step and after the training. */
#include "doctor.h"
#include "say.h"
#include "source.h"

#include <stdlib.h>

/* Marks the units that some image makes greater than 0. */
static void mark_alive(const doctor_layer *layer, size_t images, bool *alive) {
    const size_t units = layer->info.channels;
    const float *y = layer->y.data;
    for (size_t i = 0; i < images * layer->values; i += units)
        for (size_t unit = 0; unit < units; unit++)
            alive[unit] |= y[i + unit] > 0;
}

/* How many units of one layer are dead, once alive says which are not. */
static size_t count_dead(const doctor_layer *layer, const bool *alive) {
    size_t dead = 0;
    for (size_t unit = 0; unit < layer->info.channels; unit++)
        dead += !alive[unit];
    return dead;
}

/* alive[layer][units]: the flags of all ReLUs, one after the other. */
static bool pass_images(doctor_patient *patient, bool *alive, cnn_error *error) {
    for (size_t i = 0; i < patient_examined(patient); i += DOCTOR_CHUNK) {
        const size_t n = patient_chunk(patient, i);
        bool *at = alive;
        if (!patient_set(patient, i, n, error))
            return false;
        cnn_model_forward(patient->model);
        for (size_t l = 1; l < patient->count; l++)
            if (patient->layers[l].relu) {
                mark_alive(&patient->layers[l], n, at);
                at += patient->layers[l].info.channels;
            }
    }
    return true;
}

/* Before the first step half of a layer may be dead by its width's chance; beyond it is for
 * nothing, and at nine tenths next to nothing passes. In the first steps of runs that end at 99 %
 * right up to six tenths of a wide dense layer die. */
#define SUSPECT_SHARE 0.5
#define SUSPECT_DIED 0.75
#define ILL_SHARE 0.9

static void judge_first(const doctor_patient *patient, doctor_finding *finding, size_t dead,
                        size_t units) {
    const double share = (double)dead / (double)units;
    snprintf(finding->value, sizeof finding->value, "%zu of %zu", dead, units);
    finding_say(finding, "The rest lets gradients through.",
                "%s: %zu of %zu units are 0 for each of %zu images", finding->layer, dead, units,
                patient_examined(patient));
    if (share >= ILL_SHARE) {
        finding->verdict = DOCTOR_ILL;
        finding->advice = "Nothing passes there, forward or backward: look at the weights and "
                          "biases before it, or draw them anew.";
    } else if (share > SUSPECT_SHARE) {
        finding->verdict = DOCTOR_SUSPECT;
        finding->advice = "Much of its width is lost: look at the biases before it, or draw the "
                          "weights anew.";
    }
}

static void judge_dying(const doctor_patient *patient, doctor_finding *finding, size_t before,
                        size_t dead, size_t units) {
    const double died = dead > before ? (double)(dead - before) / (double)units : 0;
    snprintf(finding->value, sizeof finding->value, "%zu of %zu", dead, units);
    finding_number(finding, "before", (double)before);
    finding_say(finding, "Training keeps enough alive.",
                "%s: %zu of %zu units are dead after %zu steps, %zu before", finding->layer, dead,
                units, patient->steps, before);
    if (died >= ILL_SHARE) {
        finding->verdict = DOCTOR_ILL;
        finding->advice = "Training kills the layer for good: a lower rate.";
    } else if (died > SUSPECT_DIED) {
        finding->verdict = DOCTOR_SUSPECT;
        finding->advice = "Units die in training: a lower rate keeps them.";
    }
}

static void report(doctor_patient *patient, doctor_check check, const bool *alive) {
    for (size_t l = 1; l < patient->count; l++) {
        doctor_layer *layer = &patient->layers[l];
        if (!layer->relu)
            continue;
        const size_t units = layer->info.channels, dead = count_dead(layer, alive);
        alive += units;
        if (check == CHECK_DYING && layer->dead == units)
            continue; /* nothing was left to die */
        doctor_finding *finding =
            findings_add(&patient->findings, check, layer->info.name, DOCTOR_HEALTHY);
        finding_number(finding, "dead", (double)dead);
        finding_number(finding, "units", (double)units);
        if (check == CHECK_DEAD) {
            layer->dead = dead;
            judge_first(patient, finding, dead, units);
        } else {
            judge_dying(patient, finding, layer->dead, dead, units);
        }
    }
}

static bool examine(doctor_patient *patient, doctor_check check, cnn_error *error) {
    size_t units = 0;
    for (size_t l = 1; l < patient->count; l++)
        units += patient->layers[l].relu ? patient->layers[l].info.channels : 0;
    bool *alive = calloc(units + 1, sizeof *alive);
    if (!alive)
        return source_refuse(error, "", "no memory for %s units", say_count(units).text);
    const bool passed = pass_images(patient, alive, error);
    if (passed)
        report(patient, check, alive);
    free(alive);
    return passed;
}

bool doctor_dead(doctor_patient *patient, cnn_error *error) {
    return examine(patient, CHECK_DEAD, error);
}

bool doctor_dying(doctor_patient *patient, cnn_error *error) {
    return examine(patient, CHECK_DYING, error);
}
