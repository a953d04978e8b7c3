/* The findings of an examination: a verdict for each check, on a layer or on the network. */
#ifndef CHECK_DOCTOR_FINDINGS_H
#define CHECK_DOCTOR_FINDINGS_H

#include "error.h"

enum { FINDING_ADVICE = 256 };

/* Begin with {0}. */
typedef struct findings {
    cnn_finding *all; /* [count] */
    size_t count, capacity;
    bool failed;                    /* out of memory: some are missing */
    cnn_finding spare;              /* used if there is no memory for another */
    char (*advice)[FINDING_ADVICE]; /* for findings whose advice names a setting */
} findings;

/* Adds a finding, to be filled at once: the next call may move it. layer NULL: the network. */
cnn_finding *findings_add(findings *findings, cnn_check check, const char *layer,
                          cnn_verdict verdict);
void findings_free(findings *findings);
/* Sets text and advice. Advice is static; it names a setting in braces: "{init} pytorch". */
void finding_report(cnn_finding *finding, const char *advice, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Sets the number "ratio", and the value of a layer's finding: 0.25 %. */
void finding_ratio(cnn_finding *finding, double ratio);
void finding_number(cnn_finding *finding, const char *name, double value);
/* Suggests a better value of a setting. */
void finding_suggest(cnn_finding *finding, cnn_setting setting, double value);

/* The most likely cause of what is wrong; NULL if every finding is OK. */
const cnn_finding *findings_cause(const findings *findings);
/* Call once after the last finding: marks findings explained by a failed cause as such, so that
 * their advice does not contradict the cause's, and inserts the caller's names of settings. */
bool findings_settle(findings *findings, const char *const names[CNN_SETTING_COUNT],
                     cnn_error *error);
/* The worst verdict of one check; CNN_VERDICT_OK if it was not made. */
cnn_verdict findings_worst(const findings *findings, cnn_check check);

/* The caller's name of a setting, or the default one. */
const char *setting_name(const char *const names[CNN_SETTING_COUNT], cnn_setting setting);

#endif
