/* Cycles through the classes of the training images, so that a rare one is seen as often as others
 * (oversampling: Buda, Maki and Mazurowski, 2018). */
#ifndef CHECK_DOCTOR_SAMPLER_H
#define CHECK_DOCTOR_SAMPLER_H

#include "doctor.h"

/* Begin with {0}. */
typedef struct class_sampler {
    uint32_t *images; /* by class, in the order in which they were drawn */
    size_t *first;    /* [classes + 1]: start of each class in images */
    size_t classes;
} class_sampler;

bool sampler_make(const session *session, class_sampler *sampler, cnn_error *error);
void sampler_free(class_sampler *sampler);
/* An image of class number % classes, the next one in each round; if the class has no images, one
 * of the next class. */
uint32_t sampler_image(const class_sampler *sampler, size_t number);

#endif
