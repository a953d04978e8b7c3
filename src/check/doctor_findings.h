/* What an examination found: a verdict for each check, of a layer or of the whole. */
#ifndef CHECK_DOCTOR_FINDINGS_H
#define CHECK_DOCTOR_FINDINGS_H

#include "error.h"

enum { FINDING_ADVICE = 256 };

/* Begin with {0}. */
typedef struct findings {
    cnn_finding *all; /* [count] */
    size_t count, capacity;
    bool failed;                    /* memory ran out: some are missing */
    cnn_finding spare;              /* takes what there is no memory for */
    char (*advice)[FINDING_ADVICE]; /* of those whose advice names a setting */
} findings;

/* A new one, to be filled at once: the next call may move it. layer NULL: of the whole. */
cnn_finding *findings_add(findings *findings, cnn_check check, const char *layer,
                          cnn_verdict verdict);
void findings_free(findings *findings);
/* text and advice of a finding. Advice is static; a setting that it names stands in braces: "{init}
 * pytorch". */
void finding_say(cnn_finding *finding, const char *advice, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The number "ratio" and the value of a layer that is one: 0.25 %. */
void finding_ratio(cnn_finding *finding, double ratio);
void finding_number(cnn_finding *finding, const char *name, double value);
/* A better value of a setting. */
void finding_suggest(cnn_finding *finding, cnn_setting setting, double value);

/* The likeliest cause of what is not well; NULL if all is. */
const cnn_finding *findings_cause(const findings *findings);
/* Once all are made: what a cause that fails explains is told as such, so that advice for one does
 * not contradict advice for the other; and settings get the names of the caller. */
bool findings_settle(findings *findings, const char *const names[CNN_SETTING_COUNT],
                     cnn_error *error);
/* The worst verdict on one check; CNN_VERDICT_OK if it was not made. */
cnn_verdict findings_worst(const findings *findings, cnn_check check);

/* What the caller calls a setting, or its own name. */
const char *setting_name(const char *const names[CNN_SETTING_COUNT], cnn_setting setting);

#endif
