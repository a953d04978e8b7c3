/* The doctor's words on the case at hand. */
#include "lab_case.h"

#include <string.h>

static cnn_doctor *doctor;

/* In the words of the page. */
static const char *const settings[CNN_SETTING_COUNT] = {
    [CNN_SETTING_LR] = "the rate",
    [CNN_SETTING_BATCH_SIZE] = "the batch",
};

/* Takes seconds. */
bool LAB(lab_doctor)(void) {
    cnn_doctor_options options = CNN_DOCTOR_OPTIONS_DEFAULT;
    options.model = the_case.model;
    options.optimizer = the_case.optimizer;
    memcpy(options.setting_names, settings, sizeof settings);
    cnn_doctor_free(doctor);
    doctor = cnn_doctor_create(the_lab.network, NULL, the_case.images, &options, &the_lab.error);
    return doctor && cnn_doctor_examine(doctor, &the_lab.error);
}

size_t LAB(lab_findings)(void) {
    return cnn_doctor_finding_count(doctor);
}

/* Code, layer, text, advice; the verdict. Index -1: the most likely cause; NULL if all is well. */
const uintptr_t *LAB(lab_finding)(int index) {
    static cnn_finding f;
    static uintptr_t facts[5];
    if (!(index < 0 ? cnn_doctor_cause(doctor, &f)
                    : cnn_doctor_finding_at(doctor, (size_t)index, &f)))
        return NULL;
    const uintptr_t row[5] = {(uintptr_t)f.code, (uintptr_t)f.layer, (uintptr_t)f.text,
                              (uintptr_t)f.advice, f.verdict};
    memcpy(facts, row, sizeof facts);
    return facts;
}
