/* Sorts the images by class, in the order in which they were drawn, and takes one of each class in
 * rotation. */
#include "doctor_sampler.h"
#include "memory.h"

#include <stdlib.h>

static size_t label_of(const session *session, size_t position) {
    return cnn_dataset_label_at(session->images, session->order[position]);
}

bool sampler_make(const session *session, class_sampler *sampler, cnn_error *error) {
    sampler->classes = cnn_dataset_get_info(session->images).classes;
    sampler->images = memory_new(session->learn, sizeof *sampler->images, error);
    if (!sampler->images)
        return false;
    sampler->first = memory_new(sampler->classes + 1, sizeof *sampler->first, error);
    if (!sampler->first)
        return false;
    for (size_t i = 0; i < session->learn; i++)
        sampler->first[label_of(session, i)]++;
    for (size_t k = 0, sum = 0; k <= sampler->classes; k++) {
        sum += sampler->first[k];
        sampler->first[k] = sum;
    }
    /* From the last image to the first, each to the end of the remaining part of its class. */
    for (size_t i = session->learn; i-- > 0;)
        sampler->images[--sampler->first[label_of(session, i)]] = session->order[i];
    return true;
}

void sampler_free(class_sampler *sampler) {
    free(sampler->images);
    free(sampler->first);
}

uint32_t sampler_image(const class_sampler *sampler, size_t number) {
    size_t k = number % sampler->classes;
    while (sampler->first[k] == sampler->first[k + 1])
        k = (k + 1) % sampler->classes;
    const size_t count = sampler->first[k + 1] - sampler->first[k];
    return sampler->images[sampler->first[k] + number / sampler->classes % count];
}
