/* Finds the images that a model misreads, most confident first. */
#include "misread.h"

#include "source.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static bool surer(const misread *a, const misread *b) {
    return a->probability > b->probability || (isnan(a->probability) && !isnan(b->probability));
}

/* Images come in the order of the data set, so an equal one comes after. */
static void keep(misreads *found, const misread *one) {
    size_t at = found->shown;
    while (at > 0 && surer(one, &found->worst[at - 1]))
        at--;
    if (at == MISREAD_MOST)
        return;
    found->shown += found->shown < MISREAD_MOST;
    for (size_t i = found->shown - 1; i > at; i--)
        found->worst[i] = found->worst[i - 1];
    found->worst[at] = *one;
}

static size_t largest(const float *values, size_t count) {
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (values[i] > values[best])
            best = i;
    return best;
}

/* Compares the last layer's outputs: two of them may be rounded to one probability. */
static bool look_at(misreads *found, cnn_model *model, const cnn_dataset *images, size_t first,
                    size_t count, cnn_error *error) {
    const cnn_network *network = cnn_model_network(model);
    const size_t classes = cnn_network_class_count(network);
    cnn_layer_info last;
    cnn_tensor logits, probabilities;
    cnn_network_layer_at(network, cnn_network_layer_count(network), &last);
    if (!cnn_model_tensor(model, last.name, &logits, error) ||
        !cnn_model_tensor(model, "probabilities", &probabilities, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        const size_t truth = cnn_dataset_label_at(images, first + i);
        const size_t guess = largest((const float *)logits.data + i * classes, classes);
        const float *p = (const float *)probabilities.data + i * classes;
        if (guess == truth)
            continue;
        found->count++;
        keep(found, &(misread){first + i, truth, guess, p[guess]});
    }
    return true;
}

bool misreads_find(misreads *found, cnn_model *model, const cnn_dataset *images, cnn_error *error) {
    const size_t total = cnn_dataset_get_info(images).images, most = cnn_model_batch_size(model);
    uint32_t *indices = calloc(most, sizeof *indices);
    bool good = indices || source_refuse(error, "", "no memory for a batch");
    *found = (misreads){.images = total};
    for (size_t first = 0; good && first < total; first += most) {
        const size_t count = total - first < most ? total - first : most;
        for (size_t i = 0; i < count; i++)
            indices[i] = (uint32_t)(first + i);
        good = cnn_model_set_batch(model, images, indices, count, error);
        if (good)
            cnn_model_forward(model);
        good = good && look_at(found, model, images, first, count, error);
    }
    free(indices);
    return good;
}
