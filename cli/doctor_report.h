/* What people and programs read of an examination. */
#ifndef CLI_DOCTOR_REPORT_H
#define CLI_DOCTOR_REPORT_H

#include "training_flags.h"

#include <jansson.h>

typedef struct doctor_settings {
    const char *network, *weights; /* weights NULL: none given */
    bool json;
    training_flags training;
} doctor_settings;

/* One call of the command. */
typedef struct doctor_case {
    const doctor_settings *settings;
    source source;
    cnn_dataset *images;
    bool fit; /* they are brought into MNIST's form */
    cnn_doctor *doctor;
} doctor_case;

void report_head(const doctor_case *one);
/* A line for each finding, causes before what they bring about; layers of which the same can be
 * said share one. */
void report_findings(const cnn_doctor *doctor);
/* The likeliest cause. */
void report_end(const cnn_doctor *doctor);
/* NULL without memory. */
json_t *report_json(const doctor_case *one);

#endif
