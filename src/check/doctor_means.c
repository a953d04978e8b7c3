/* The simplest classifier: each image gets the class with the nearest mean image. It has no
 * parameters to tune, so its result depends on the data alone. */
#include "doctor.h"
#include "memory.h"

#include <math.h>
#include <stdlib.h>

/* Larger images are subsampled to this many pixels. */
#define MOST_PIXELS 4096
#define MOST_IMAGES 5000

typedef struct class_means {
    const session *session;
    size_t classes, pixels, stride;
    double *means; /* [classes][pixels] */
    size_t *counts;
} class_means;

static void learn(class_means *means) {
    const session *session = means->session;
    const size_t images = session->learn < MOST_IMAGES ? session->learn : MOST_IMAGES;
    for (size_t i = 0; i < images; i++) {
        const uint8_t *image = cnn_dataset_image_at(session->images, session->order[i]);
        const size_t label = cnn_dataset_label_at(session->images, session->order[i]);
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

bool means_guess(const session *session, uint32_t *guesses, cnn_error *error) {
    const cnn_dataset_info info = cnn_dataset_get_info(session->images);
    const size_t all = info.height * info.width * info.channels;
    class_means means = {.session = session, .classes = info.classes};
    means.stride = (all + MOST_PIXELS - 1) / MOST_PIXELS;
    means.pixels = all / means.stride;
    means.means = memory_new(means.classes, means.pixels * sizeof *means.means, error);
    means.counts = means.means ? memory_new(means.classes, sizeof *means.counts, error) : NULL;
    const bool good = means.counts;
    if (good)
        learn(&means);
    for (size_t i = 0; good && i < session->held; i++)
        guesses[i] = (uint32_t)nearest_class(
            &means, cnn_dataset_image_at(session->images, session->order[session->learn + i]));
    free(means.means);
    free(means.counts);
    return good;
}
