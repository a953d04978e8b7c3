/* Finds the findings of cnn doctor by name, on the small set of tests/command.h. */
#ifndef TESTS_DOCTOR_RESULT_H
#define TESTS_DOCTOR_RESULT_H

#include <jansson.h>
#include <stdio.h>

/* Healthy on the small set; --lr and the rest are appended. */
#define DOCTOR "doctor @/wide.net --data @ --batch-size 16 --json "

/* As command_folder_create(), with wide.net: a convolution of 8 and a dense layer of 32. */
int doctor_folder_create(void **state);
/* A new file in the folder. */
FILE *doctor_create(const char *name);

/* Runs the command and returns its object, to be freed. */
json_t *doctor_examine(const char *flags);
/* Returns the finding with that id and layer; layer NULL: about the whole network. */
const json_t *doctor_finding(const json_t *result, const char *id, const char *layer);
/* Returns a text of an object, "" if there is none; and a number of a finding. */
const char *doctor_text(const json_t *object, const char *key);
double doctor_number(const json_t *one, const char *name);

/* Fails the test unless there is such a finding with this verdict and with words. */
void doctor_has(const json_t *result, const char *id, const char *layer, const char *verdict);
/* The finding is ill, and named as the cause. */
void doctor_is_cause(const json_t *result, const char *id, const char *layer);

#endif
