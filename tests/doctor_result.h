/* What cnn doctor finds in the small set of tests/command.h, asked for by name. */
#ifndef TESTS_DOCTOR_RESULT_H
#define TESTS_DOCTOR_RESULT_H

#include <jansson.h>
#include <stdio.h>

/* Healthy on the small set; --lr and the rest come behind. */
#define DOCTOR "doctor @/wide.net --data @ --batch-size 16 --json "

/* As command_folder_create(), with wide.net: a convolution of 8 and a dense layer of 32. */
int doctor_folder_create(void **state);
/* A new file in the folder. */
FILE *doctor_create(const char *name);

/* Runs the command and returns its object, to be freed. */
json_t *doctor_examine(const char *flags);
/* The finding of that id and layer; layer NULL: of the whole. */
const json_t *doctor_finding(const json_t *result, const char *id, const char *layer);
/* A text of an object, "" if there is none; one of a finding's numbers. */
const char *doctor_text(const json_t *object, const char *key);
double doctor_number(const json_t *one, const char *name);

/* That there is such a finding with this verdict, and words to it. */
void doctor_has(const json_t *result, const char *id, const char *layer, const char *verdict);
/* That it is ill, and named as the cause. */
void doctor_is_cause(const json_t *result, const char *id, const char *layer);

#endif
