/* The words for optimizers and schedules, as files and commands write them. */
#include "cnn.h"

#include <string.h>

static const char *const optimizers[] = {
    [CNN_ADAM] = "adam", [CNN_ADAMW] = "adamw", [CNN_SGD] = "sgd"};
static const char *const schedules[] = {[CNN_CONSTANT] = "constant",
                                        [CNN_STEP] = "step",
                                        [CNN_COSINE] = "cosine",
                                        [CNN_ONECYCLE] = "onecycle"};
enum {
    OPTIMIZERS = sizeof optimizers / sizeof *optimizers,
    SCHEDULES = sizeof schedules / sizeof *schedules
};

/* The place among the words; count if there is none. */
static size_t place_of(const char *word, const char *const *words, size_t count) {
    size_t place = 0;
    while (word && place < count && strcmp(words[place], word))
        place++;
    return word ? place : count;
}

/* As unsigned, what is below 0 is beyond the end too. */
const char *cnn_optimizer_kind_name(cnn_optimizer_kind kind) {
    return (unsigned)kind < OPTIMIZERS ? optimizers[kind] : NULL;
}

const char *cnn_schedule_kind_name(cnn_schedule_kind kind) {
    return (unsigned)kind < SCHEDULES ? schedules[kind] : NULL;
}

bool cnn_optimizer_kind_of(const char *name, cnn_optimizer_kind *kind) {
    const size_t place = place_of(name, optimizers, OPTIMIZERS);
    if (place < OPTIMIZERS && kind)
        *kind = (cnn_optimizer_kind)place;
    return place < OPTIMIZERS;
}

bool cnn_schedule_kind_of(const char *name, cnn_schedule_kind *kind) {
    const size_t place = place_of(name, schedules, SCHEDULES);
    if (place < SCHEDULES && kind)
        *kind = (cnn_schedule_kind)place;
    return place < SCHEDULES;
}
