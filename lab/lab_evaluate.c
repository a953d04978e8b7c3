/* How well the model reads the held-out images, and which it misreads. */
#include "lab.h"

#include <stdlib.h>

static cnn_score score;
static size_t *confusion; /* [true][answer] */
static uint32_t *answers; /* of each held-out image */
static float *shares;     /* of each class, of one image */

static const cnn_dataset *held_out(void) {
    return the_lab.sets[CNN_SPLIT_TEST];
}
static size_t image_count(void) {
    return cnn_dataset_get_info(held_out()).images;
}
static size_t class_count(void) {
    return cnn_network_class_count(cnn_model_network(the_lab.model));
}

static bool room_for_confusion(void) {
    free(confusion);
    confusion = calloc(class_count() * class_count(), sizeof *confusion);
    return confusion != NULL;
}

static bool room_for_answers(void) {
    free(answers);
    free(shares);
    answers = calloc(image_count(), sizeof *answers);
    shares = calloc(class_count(), sizeof *shares);
    return answers && shares;
}

static uint32_t first_largest(const float *p, size_t count) {
    uint32_t best = 0;
    for (uint32_t k = 1; k < count; k++)
        if (p[k] > p[best])
            best = k;
    return best;
}

static bool find_answer(size_t image) {
    if (!cnn_model_predict(the_lab.model, cnn_dataset_image_at(held_out(), image), 1, shares,
                           &the_lab.error))
        return false;
    answers[image] = first_largest(shares, class_count());
    return true;
}

/* Over all held-out images: score and confusion. Afterwards no batch is set. */
bool LAB(lab_evaluate)(void) {
    return room_for_confusion() &&
           cnn_model_evaluate(the_lab.model, held_out(), &score, confusion, &the_lab.error);
}
double LAB(lab_accuracy)(void) {
    return score.accuracy;
}
double LAB(lab_held_out_loss)(void) {
    return score.loss;
}
/* Rows are true classes, columns answers. */
const size_t *LAB(lab_confusion)(void) {
    return confusion;
}

/* The answer to each held-out image; NULL: the reason is in lab_error(). Afterwards no batch is
 * set. */
const uint32_t *LAB(lab_answers)(void) {
    if (!room_for_answers())
        return NULL;
    for (size_t i = 0; i < image_count(); i++)
        if (!find_answer(i))
            return NULL;
    return answers;
}

/* The next held-out image after this one that the model misreads, round and round; -1: none.
 * Afterwards no batch is set. */
int LAB(lab_misread_after)(int image) {
    const size_t count = image_count();
    if (!room_for_answers())
        return -1;
    for (size_t i = 1; i <= count; i++) {
        const size_t next = ((size_t)(image + 1) + i - 1) % count;
        if (find_answer(next) && answers[next] != cnn_dataset_label_at(held_out(), next))
            return (int)next;
    }
    return -1;
}
