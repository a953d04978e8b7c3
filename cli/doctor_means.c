/* The simplest classifier there is: each image is of the class whose mean image is nearest. It has
 * nothing to tune and nothing to go wrong, so that it tells about the data alone. */
#include "doctor.h"
#include "source.h"

#include <math.h>
#include <stdlib.h>

/* Of larger images every so many pixels is looked at. */
#define MOST_PIXELS 4096
#define MOST_IMAGES 5000

typedef struct class_means {
    const doctor_patient *patient;
    size_t classes, pixels, stride;
    double *means; /* [classes][pixels] */
    size_t *counts;
} class_means;

static void learn(class_means *means) {
    const doctor_patient *patient = means->patient;
    const size_t images = patient->learn < MOST_IMAGES ? patient->learn : MOST_IMAGES;
    for (size_t i = 0; i < images; i++) {
        const uint8_t *image = cnn_dataset_image(patient->images, patient->order[i]);
        const size_t label = cnn_dataset_label(patient->images, patient->order[i]);
        double *mean = means->means + label * means->pixels;
        for (size_t p = 0; p < means->pixels; p++)
            mean[p] += image[p * means->stride];
        means->counts[label]++;
    }
    for (size_t k = 0; k < means->classes; k++)
        for (size_t p = 0; p < means->pixels && means->counts[k]; p++)
            means->means[k * means->pixels + p] /= (double)means->counts[k];
}

static double distance(const class_means *means, const uint8_t *image, size_t label) {
    const double *mean = means->means + label * means->pixels;
    double sum = 0;
    for (size_t p = 0; p < means->pixels; p++)
        sum += (image[p * means->stride] - mean[p]) * (image[p * means->stride] - mean[p]);
    return sum;
}

static size_t nearest_class(const class_means *means, const uint8_t *image) {
    double least = INFINITY;
    size_t best = 0;
    for (size_t k = 0; k < means->classes; k++) {
        const double far = means->counts[k] ? distance(means, image, k) : INFINITY;
        if (far < least) {
            least = far;
            best = k;
        }
    }
    return best;
}

bool means_guess(const doctor_patient *patient, uint32_t *guesses, cnn_error *error) {
    const cnn_dataset_info info = cnn_dataset_about(patient->images);
    const size_t all = info.height * info.width * info.channels;
    class_means means = {.patient = patient, .classes = info.classes};
    means.stride = (all + MOST_PIXELS - 1) / MOST_PIXELS;
    means.pixels = all / means.stride;
    means.means = calloc(means.classes * means.pixels, sizeof *means.means);
    means.counts = calloc(means.classes, sizeof *means.counts);
    const bool good = means.means && means.counts;
    if (good)
        learn(&means);
    else
        source_refuse(error, "", "no memory for %zu mean images", info.classes);
    for (size_t i = 0; good && i < patient->held; i++)
        guesses[i] = (uint32_t)nearest_class(
            &means, cnn_dataset_image(patient->images, patient->order[patient->learn + i]));
    free(means.means);
    free(means.counts);
    return good;
}
