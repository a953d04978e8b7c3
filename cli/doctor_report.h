/* What people read of an examination. */
#ifndef CLI_DOCTOR_REPORT_H
#define CLI_DOCTOR_REPORT_H

#include "doctor.h"

void report_head(const doctor_patient *patient);
/* A line for each finding, causes before what they bring about; layers of which the same can be
 * said share one. */
void report_findings(const doctor_patient *patient);
/* The likeliest cause. */
void report_end(const doctor_patient *patient);
/* NULL without memory. */
json_t *report_json(const doctor_patient *patient);

#endif
