/* The images to learn from with the classes in turn, so that a rare one is seen as often as others
 * (oversampling: Buda, Maki and Mazurowski, 2018). */
#ifndef CHECK_DOCTOR_SAMPLER_H
#define CHECK_DOCTOR_SAMPLER_H

#include "doctor.h"

/* Begin with {0}. */
typedef struct class_sampler {
    uint32_t *images; /* by class, in the order in which they were drawn */
    size_t *first;    /* [classes + 1]: of each class in images */
    size_t classes;
} class_sampler;

bool sampler_make(const session *session, class_sampler *sampler, cnn_error *error);
void sampler_free(class_sampler *sampler);
/* An image of class number % classes: the next one each round; a class without images is left to
 * the class behind it. */
uint32_t sampler_image(const class_sampler *sampler, size_t number);

#endif
