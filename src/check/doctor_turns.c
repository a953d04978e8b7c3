/* Sorts the images by class, in the order in which they were drawn, and takes one class after the
 * other. */
#include "doctor_turns.h"
#include "memory.h"

#include <stdlib.h>

static size_t label_of(const session *session, size_t place) {
    return cnn_dataset_label_at(session->images, session->order[place]);
}

bool turns_make(const session *session, class_turns *turns, cnn_error *error) {
    turns->classes = cnn_dataset_get_info(session->images).classes;
    turns->images = memory_new(session->learn, sizeof *turns->images, error);
    if (!turns->images)
        return false;
    turns->first = memory_new(turns->classes + 1, sizeof *turns->first, error);
    if (!turns->first)
        return false;
    for (size_t i = 0; i < session->learn; i++)
        turns->first[label_of(session, i)]++;
    for (size_t k = 0, sum = 0; k <= turns->classes; k++) {
        sum += turns->first[k];
        turns->first[k] = sum;
    }
    /* From the last image to the first, each to the end of what is left for its class. */
    for (size_t i = session->learn; i-- > 0;)
        turns->images[--turns->first[label_of(session, i)]] = session->order[i];
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
