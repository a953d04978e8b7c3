#include "doctor_turns.h"

#include "source.h"

#include <stdlib.h>

static size_t label_of(const doctor_patient *patient, size_t place) {
    return cnn_dataset_label(patient->images, patient->order[place]);
}

bool turns_make(const doctor_patient *patient, class_turns *turns, cnn_error *error) {
    turns->classes = cnn_dataset_about(patient->images).classes;
    turns->images = calloc(patient->learn, sizeof *turns->images);
    turns->first = calloc(turns->classes + 1, sizeof *turns->first);
    if (!turns->images || !turns->first)
        return source_refuse(error, "", "no memory for an order of %zu images", patient->learn);
    for (size_t i = 0; i < patient->learn; i++)
        turns->first[label_of(patient, i)]++;
    for (size_t k = 0, sum = 0; k <= turns->classes; k++) {
        sum += turns->first[k];
        turns->first[k] = sum;
    }
    /* From the last image to the first, each to the end of what is left for its class. */
    for (size_t i = patient->learn; i-- > 0;)
        turns->images[--turns->first[label_of(patient, i)]] = patient->order[i];
    return true;
}

void turns_free(class_turns *turns) {
    free(turns->images);
    free(turns->first);
}

uint32_t turns_image(const class_turns *turns, size_t number) {
    size_t k = number % turns->classes;
    while (turns->first[k] == turns->first[k + 1])
        k = (k + 1) % turns->classes;
    const size_t count = turns->first[k + 1] - turns->first[k];
    return turns->images[turns->first[k] + number / turns->classes % count];
}
