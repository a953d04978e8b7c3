/* What an examination found: a verdict for each check, of a layer or of the whole. */
#ifndef CLI_DOCTOR_FINDINGS_H
#define CLI_DOCTOR_FINDINGS_H

#include "cnn.h"

#include <jansson.h>

/* Causes come before what they bring about: of several ill findings, the first is the likeliest
 * reason for the others. */
typedef enum doctor_check {
    CHECK_CLASSES,
    CHECK_PIXELS,
    CHECK_IMAGES,
    CHECK_LABELS,
    CHECK_STRUCTURE,
    CHECK_SYMMETRY,
    CHECK_DEAD,
    CHECK_SPREAD,
    CHECK_LOSS,
    CHECK_GRADIENT,
    CHECK_BATCH,
    CHECK_DECAY,
    CHECK_MOMENTUM,
    CHECK_SCHEDULE,
    CHECK_RATE,
    CHECK_FINITE,
    CHECK_UPDATE,
    CHECK_DYING,
    CHECK_OVERFIT,
    CHECK_TRAINING,
    CHECK_COUNT
} doctor_check;

typedef enum doctor_verdict { DOCTOR_HEALTHY, DOCTOR_SUSPECT, DOCTOR_ILL } doctor_verdict;

#define DOCTOR_NUMBERS 5

typedef struct doctor_finding {
    doctor_check check;
    char layer[CNN_NAME_SIZE]; /* "": of the whole */
    doctor_verdict verdict;
    char value[48];     /* of a layer: its number as people read it, tabs for spaces */
    char text[200];     /* what was measured; no full stop */
    const char *advice; /* one sentence; static */
    struct {
        const char *name; /* static */
        double value;
    } numbers[DOCTOR_NUMBERS]; /* up to the first without a name */
} doctor_finding;

/* Begin with {0}. */
typedef struct doctor_findings {
    doctor_finding *all; /* [count] */
    size_t count, room;
    bool failed;          /* memory ran out: some are missing */
    doctor_finding spare; /* takes what there is no memory for */
} doctor_findings;

/* A new one, to be filled at once: the next call may move it. layer NULL: of the whole. */
doctor_finding *findings_add(doctor_findings *findings, doctor_check check, const char *layer,
                             doctor_verdict verdict);
void findings_free(doctor_findings *findings);
/* text and advice of a finding. */
void finding_say(doctor_finding *finding, const char *advice, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The number "ratio" and the value of a layer that is one: 0.25 %. */
void finding_ratio(doctor_finding *finding, double ratio);
void finding_number(doctor_finding *finding, const char *name, double value);

/* The likeliest cause of what is not healthy; NULL if all is. */
const doctor_finding *findings_cause(const doctor_findings *findings);
/* Once all are made: what an ill cause explains is told as such, so that advice for one does not
 * contradict advice for the other. */
void findings_settle(doctor_findings *findings);
/* The worst verdict on one check; DOCTOR_HEALTHY if it was not made. */
doctor_verdict findings_worst(const doctor_findings *findings, doctor_check check);

/* "first-loss" for programs, "first loss" for people; healthy, suspect, ill. */
const char *finding_id(doctor_check check);
const char *finding_title(doctor_check check);
const char *finding_unit(doctor_check check);
const char *finding_verdict(doctor_verdict verdict);
/* An array of objects; NULL without memory. */
json_t *findings_json(const doctor_findings *findings);

#endif
