/* Do the labels follow from the pixels? Where they do, images never seen are guessed better than by
 * chance: by the nearest class mean, or, where that is too simple, by the network after some
 * training. Where neither is, and the network can learn by heart, the labels belong to other
 * images. */
#include "doctor.h"
#include "say.h"
#include "source.h"

#include <math.h>
#include <stdlib.h>

/* Deviations above chance: once in thirty thousand sets by chance. */
#define SURE 4.0
enum { LABEL_STEPS = 300, LEAST_PER_CLASS = 10 };

typedef struct hit_rate {
    double right, chance, sigmas; /* shares; how far above chance, in deviations of chance */
} hit_rate;

/* Chance is what the same guesses would hit if the labels were dealt out anew: the sum over classes
 * of the share of guesses times the share of labels, as in Cohen's kappa (1960). */
static hit_rate measure(const doctor_patient *patient, const uint32_t *guesses, size_t *counts) {
    const size_t classes = cnn_dataset_about(patient->images).classes;
    const double held = (double)patient->held;
    hit_rate rate = {0};
    for (size_t k = 0; k < 2 * classes; k++)
        counts[k] = 0;
    for (size_t i = 0; i < patient->held; i++) {
        const size_t label = cnn_dataset_label(patient->images, patient->order[patient->learn + i]);
        rate.right += (guesses[i] == label) / held;
        counts[label]++;
        counts[classes + guesses[i]]++;
    }
    for (size_t k = 0; k < classes; k++)
        rate.chance += (double)counts[k] / held * (double)counts[classes + k] / held;
    const double deviation = sqrt(rate.chance * (1 - rate.chance) / held);
    rate.sigmas = deviation > 0 ? (rate.right - rate.chance) / deviation : 0;
    return rate;
}

/* Adam, whatever the user's rule; at the suggested rate if that is Adam's. */
static bool train(doctor_patient *patient, cnn_error *error) {
    cnn_optimizer optimizer = CNN_OPTIMIZER_DEFAULT;
    if (patient->suggested > 0 && patient->settings->training.optimizer != CNN_SGD)
        optimizer.lr = patient->suggested;
    patient_restore(patient);
    cnn_trainer *trainer = cnn_trainer_create(patient->model, &optimizer, NULL, error);
    bool good = trainer;
    for (size_t step = 0; good && step < LABEL_STEPS; step++) {
        good = patient_set_step(patient, step, error);
        if (good)
            cnn_train_step(trainer);
    }
    cnn_trainer_free(trainer);
    return good;
}

static uint32_t largest(const float *values, size_t count) {
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        best = values[i] > values[best] ? i : best;
    return (uint32_t)best;
}

static bool network_guess(doctor_patient *patient, uint32_t *guesses, cnn_error *error) {
    const size_t classes = cnn_network_classes(patient->network);
    cnn_tensor p;
    if (!train(patient, error) || !cnn_model_tensor(patient->model, "probabilities", &p, error))
        return false;
    for (size_t i = 0; i < patient->held; i += DOCTOR_CHUNK) {
        const size_t left = patient->held - i, n = left < DOCTOR_CHUNK ? left : DOCTOR_CHUNK;
        if (!patient_set(patient, patient->learn + i, n, error))
            return false;
        cnn_model_forward(patient->model);
        for (size_t j = 0; j < n; j++)
            guesses[i + j] = largest((const float *)p.data + j * classes, classes);
    }
    return true;
}

/* Neither found anything: is that the labels' fault? */
static void judge_chance(const doctor_patient *patient, doctor_finding *finding,
                         const hit_rate *rate) {
    const size_t classes = cnn_network_classes(patient->network);
    const bool fit = findings_worst(&patient->findings, CHECK_OVERFIT) == DOCTOR_HEALTHY;
    const bool enough = patient->held >= LEAST_PER_CLASS * classes;
    finding->verdict = fit && enough ? DOCTOR_ILL : DOCTOR_SUSPECT;
    finding_say(finding,
                fit && enough ? "They do not belong to these images: look whether one of the two "
                                "files was sorted or shuffled alone."
                : enough      ? "Mend the network first, then ask again: it cannot tell yet."
                              : "With so few images of each class this need not mean anything.",
                "of %s unseen images %.0f %% are guessed right, %.0f %% by chance",
                say_count(patient->held).text, 100 * rate->right, 100 * rate->chance);
}

static bool judge(doctor_patient *patient, uint32_t *guesses, size_t *counts, cnn_error *error) {
    if (!means_guess(patient, guesses, error))
        return false;
    hit_rate rate = measure(patient, guesses, counts);
    const double by_means = rate.sigmas;
    if (by_means < SURE) {
        if (!network_guess(patient, guesses, error))
            return false;
        rate = measure(patient, guesses, counts);
    }
    doctor_finding *finding = findings_add(&patient->findings, CHECK_LABELS, NULL, DOCTOR_HEALTHY);
    finding_number(finding, "right", rate.right);
    finding_number(finding, "chance", rate.chance);
    finding_number(finding, "sigmas", rate.sigmas);
    finding_number(finding, "sigmas_of_means", by_means);
    finding_say(finding, "They belong to the images.",
                "%.0f %% of unseen images told by %s, %.0f %% by chance", 100 * rate.right,
                by_means < SURE ? "the network" : "their class means", 100 * rate.chance);
    if (rate.sigmas < SURE)
        judge_chance(patient, finding, &rate);
    return true;
}

bool doctor_labels(doctor_patient *patient, cnn_error *error) {
    const size_t classes = cnn_dataset_about(patient->images).classes;
    if (findings_worst(&patient->findings, CHECK_CLASSES) == DOCTOR_ILL || !patient->held)
        return true; /* one answer follows from anything */
    uint32_t *guesses = calloc(patient->held, sizeof *guesses);
    size_t *counts = calloc(2 * classes, sizeof *counts);
    const bool good = (guesses && counts) ? judge(patient, guesses, counts, error)
                                          : source_refuse(error, "", "no memory for the guesses");
    free(guesses);
    free(counts);
    return good;
}
