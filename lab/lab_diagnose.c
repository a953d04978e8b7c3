/* Which mistake it is, by its numbers alone: small cases of every kind of layer are answered with
 * the mistake, and the answers are diagnosed. */
#include "lab.h"

#include <stdio.h>
#include <string.h>

enum { CASES_MAX = 64 };
static cnn_case *cases[CASES_MAX];
static cnn_case_shape shapes[CASES_MAX];
static size_t case_count;
static cnn_diagnosis diagnosis;

static const char *const kinds[] = {"conv2d",    "dense",     "relu",    "leakyrelu",
                                    "maxpool2d", "avgpool2d", "flatten", "softmax"};

static void forget(void) {
    while (case_count)
        cnn_case_free(cases[--case_count]);
}

static bool add_case(const cnn_case_shape *shape, const char *mistake) {
    cnn_case *one = cnn_case_create(shape, 1, &the_lab.error);
    if (!one)
        return false;
    shapes[case_count] = *shape;
    cases[case_count++] = one;
    return cnn_case_answer(one, mistake, &the_lab.error);
}

static bool add_kind(const char *kind, const char *mistake) {
    cnn_case_shape shape;
    bool good = true;
    for (size_t i = 0; good && case_count < CASES_MAX && cnn_case_shape_at(kind, i, &shape); i++)
        good = add_case(&shape, mistake);
    return good;
}

bool LAB(lab_diagnose)(const char *mistake) {
    bool good = true;
    forget();
    for (size_t i = 0; good && i < sizeof kinds / sizeof *kinds; i++)
        good = add_kind(kinds[i], mistake);
    return good &&
           cnn_diagnose((const cnn_case *const *)cases, case_count, &diagnosis, &the_lab.error);
}

/* Are all numbers right? Then there is nothing else to ask for. */
bool LAB(lab_diagnosis_right)(void) {
    return diagnosis.right;
}

/* The mistakes that explain the numbers, each with the second of a pair or NULL. */
size_t LAB(lab_explanations)(void) {
    return diagnosis.explanation_count;
}
const uintptr_t *LAB(lab_explanation)(size_t index) {
    static uintptr_t names[2];
    for (size_t i = 0; i < 2; i++)
        names[i] = (uintptr_t)diagnosis.explanations[index][i];
    return names;
}

/* The first wrong number: its layer, and "dx[0,1,1,0]". */
const char *LAB(lab_wrong_layer)(void) {
    return shapes[diagnosis.case_index].layer;
}
const char *LAB(lab_wrong_place)(void) {
    static char text[96];
    size_t used = (size_t)snprintf(text, sizeof text, "%s", diagnosis.gradient);
    for (size_t i = 0; i < diagnosis.rank && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%zu", i ? "," : "[",
                                 diagnosis.index[i]);
    if (used < sizeof text)
        snprintf(text + used, sizeof text - used, "]");
    return text;
}

/* It as it should be and as it is; enum cnn_property of its gradient, and the ratio of that. */
const double *LAB(lab_wrong_numbers)(void) {
    static double numbers[4];
    const double now[4] = {diagnosis.ours, diagnosis.theirs, diagnosis.properties, diagnosis.ratio};
    memcpy(numbers, now, sizeof numbers);
    return numbers;
}
