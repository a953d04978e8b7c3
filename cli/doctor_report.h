/* Reports an examination to people and to programs. */
#ifndef CLI_DOCTOR_REPORT_H
#define CLI_DOCTOR_REPORT_H

#include "training_flags.h"

#include <jansson.h>

typedef struct doctor_settings {
    const char *network, *weights; /* weights NULL: none given */
    bool json;
    training_flags training;
} doctor_settings;

/* State of one call. */
typedef struct doctor_case {
    const doctor_settings *settings;
    source source;
    cnn_dataset *images;
    bool fit; /* images are brought into MNIST's form */
    cnn_doctor *doctor;
} doctor_case;

void report_head(const doctor_case *one);
/* Prints a line for each finding, causes before effects; layers with the same finding share one. */
void report_findings(const cnn_doctor *doctor);
/* Prints the likeliest cause. */
void report_end(const cnn_doctor *doctor);
/* NULL without memory. */
json_t *report_json(const doctor_case *one);

#endif
