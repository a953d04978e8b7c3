/* The images to learn from with the classes in turn, so that a rare one is seen as often as others
 * (oversampling: Buda, Maki and Mazurowski, 2018). */
#ifndef CHECK_DOCTOR_TURNS_H
#define CHECK_DOCTOR_TURNS_H

#include "doctor.h"

/* Begin with {0}. */
typedef struct class_turns {
    uint32_t *images; /* by class, in the order in which they were drawn */
    size_t *first;    /* [classes + 1]: of each class in images */
    size_t classes;
} class_turns;

bool turns_make(const session *session, class_turns *turns, cnn_error *error);
void turns_free(class_turns *turns);
/* An image of class number % classes: the next one each round; a class without images is left to
 * the class behind it. */
uint32_t turns_image(const class_turns *turns, size_t number);

#endif
