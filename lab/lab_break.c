/* The classic mistakes: the catalog, and cases: what a training run is given, with one of them made
 * in it. */
#include "lab_case.h"

#include <stdlib.h>
#include <string.h>

run_case the_case;

size_t LAB(lab_mistakes)(void) {
    return cnn_mistake_count();
}

/* Name, family, text, report, red gradients, needs; the number of edits. */
const uintptr_t *LAB(lab_mistake)(size_t index) {
    static uintptr_t facts[7];
    cnn_mistake_info m;
    cnn_mistake_at(index, &m);
    const uintptr_t row[7] = {(uintptr_t)m.name, (uintptr_t)cnn_mistake_family_name(m.family),
                              (uintptr_t)m.text, (uintptr_t)m.seen,
                              (uintptr_t)m.red,  (uintptr_t)m.needs,
                              m.edit_count};
    memcpy(facts, row, sizeof facts);
    return facts;
}

/* File, function, the line and what replaces it. */
const uintptr_t *LAB(lab_mistake_edit)(size_t index, size_t edit) {
    static uintptr_t facts[4];
    cnn_mistake_info m;
    cnn_mistake_at(index, &m);
    const cnn_mistake_edit *e = &m.edits[edit];
    const uintptr_t row[4] = {(uintptr_t)e->file, (uintptr_t)e->function, (uintptr_t)e->was,
                              (uintptr_t)e->has};
    memcpy(facts, row, sizeof facts);
    return facts;
}

/* A copy of the first ones, as a mistake may change labels. */
static bool copy_images(size_t count) {
    const cnn_dataset *given = the_lab.sets[CNN_SPLIT_TRAIN];
    cnn_dataset_info info = cnn_dataset_get_info(given);
    if (count < info.images)
        info.images = count;
    uint32_t *labels = malloc((info.images + 1) * sizeof *labels);
    for (size_t i = 0; labels && i < info.images; i++)
        labels[i] = (uint32_t)cnn_dataset_label_at(given, i);
    if (labels)
        the_case.images =
            cnn_dataset_create(&info, cnn_dataset_image_at(given, 0), labels, &the_lab.error);
    free(labels);
    return the_case.images != NULL;
}

/* What follows trains or examines the network with this mistake, "" for none, on the first images
 * to train on. They are normalized as for the last model; nothing of the page changes. */
bool LAB(lab_case)(const char *mistake, size_t images, size_t batch, unsigned seed,
                   const char *rule, double rate, double decay) {
    lab_forget_model();
    cnn_dataset_free(the_case.images);
    the_case = (run_case){.model = CNN_MODEL_OPTIONS_DEFAULT, .optimizer = CNN_OPTIMIZER_DEFAULT};
    the_case.model.batch_size = batch;
    the_case.model.seed = seed;
    the_case.model.threads = 1;
    the_case.model.normalization = the_lab.normalization;
    the_case.optimizer.lr = rate;
    the_case.optimizer.weight_decay = decay;
    return cnn_optimizer_kind_of(rule, &the_case.optimizer.kind) && copy_images(images) &&
           (!*mistake || cnn_mistake_make(mistake, &the_case.model, &the_case.optimizer,
                                          the_case.images, &the_lab.error));
}

/* The model of the case, with its first weights, and its run. */
bool LAB(lab_case_run)(size_t epochs) {
    lab_forget_model();
    the_lab.model = cnn_model_create(the_lab.network, &the_case.model, &the_lab.error);
    return the_lab.model &&
           lab_begin_run(the_case.images, &the_case.optimizer, epochs, the_case.model.seed);
}

/* Does the curve show a mistake? After an epoch the share of images read right is more than 1.5
 * points below that without it, or is no number: the measure of docs/mistakes.md. */
bool LAB(lab_curve_shows)(double sound, double mistaken) {
    return !(mistaken >= sound - 0.015);
}
