/* Data sets with an illness planted in them, for cnn doctor. */
#ifndef TESTS_DOCTOR_SETS_H
#define TESTS_DOCTOR_SETS_H

#include <stdbool.h>
#include <stdint.h>

/* A blank picture; from NEARLY on, the same picture except for a trace in one pixel. */
#define DOCTOR_BLANK UINT32_MAX
#define DOCTOR_NEARLY 0xf0000000u

/* `count` images of 8x8. Each shows a picture by its number: a quarter brighter than the noise
 * around it, number % 4; or stripes, horizontal or vertical, number % 2, which the mean of no pixel
 * reveals. Test images are other pictures, rightly labeled. */
typedef struct doctor_set {
    const char *name; /* of its folder */
    uint32_t count;
    uint32_t (*picture)(uint32_t image); /* or DOCTOR_BLANK */
    uint32_t (*label)(uint32_t image);
    bool stripes;
} doctor_set;

void doctor_set_create(const doctor_set *set);

#endif
