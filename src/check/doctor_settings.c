/* Checks settings whose faults no rate can compensate: batches, momentum, the schedule. */
#include "doctor.h"
#include "thousands.h"

#include <math.h>

/* With fewer steps per epoch, five epochs (the default of cnn train) are less than the twenty steps
 * in which a network learns a single batch. */
#define LEAST_STEPS 4
/* The suggested batch gives this many steps per epoch; it is at most the default. */
#define GOOD_STEPS 16
#define USUAL_BATCH 64

static size_t good_batch(size_t images) {
    size_t batch = USUAL_BATCH;
    while (batch > 1 && batch * GOOD_STEPS > images)
        batch /= 2;
    return batch;
}

static void judge_batch(session *session) {
    const size_t images = session->learn + session->held;
    const size_t batch = session->options.model.batch_size;
    const size_t steps = (images - 1) / batch + 1, better = good_batch(images);
    cnn_finding *finding = findings_add(&session->findings, CNN_CHECK_BATCH, NULL, CNN_VERDICT_OK);
    finding_number(finding, "steps_per_epoch", (double)steps);
    finding_number(finding, "suggested", (double)better);
    finding_report(finding, "Enough for an epoch to get somewhere.",
                   "batches of %s: %s step%s an epoch", thousands(batch).text,
                   thousands(steps).text, steps == 1 ? "" : "s");
    if (steps >= LEAST_STEPS || better >= batch)
        return;
    finding->verdict = CNN_VERDICT_WARN;
    finding_report(finding, "Weights move once a step: take that one, or many more epochs.",
                   "batches of %s, %s images: %zu step%s an epoch; with %s\t%zu it is %zu",
                   thousands(batch).text, thousands(images).text, steps, steps == 1 ? "" : "s",
                   session_setting(session, CNN_SETTING_BATCH_SIZE), better,
                   (images - 1) / better + 1);
    finding_suggest(finding, CNN_SETTING_BATCH_SIZE, (double)better);
}

/* The momentum with which a rate has the effect that the range test suggests: the effective rate is
 * lr / (1 - momentum). 0.9 is usual, and enough. */
static double good_momentum(double rate, double plain) {
    if (!(rate <= plain))
        return 0;
    return fmin(fmax(floor(100 * (1 - rate / plain)) / 100, 0.9), 0.98);
}

/* Up to 0.9 a rate that is too high is the rate's fault. */
static void judge_momentum(session *session) {
    const cnn_optimizer optimizer = session->options.optimizer;
    if (!(optimizer.momentum > 0.9) || (session_knows(session) && optimizer.momentum < 1))
        return;
    const double whole = optimizer.lr / (1 - optimizer.momentum);
    const double better = good_momentum(optimizer.lr, session->plain);
    const bool high = optimizer.momentum >= 1 ||
                      (session->plain > 0 && whole > DOCTOR_OFF_LEARNS * session->plain);
    cnn_finding *finding =
        findings_add(&session->findings, CNN_CHECK_MOMENTUM, NULL, CNN_VERDICT_OK);
    finding_number(finding, "momentum", optimizer.momentum);
    finding_number(finding, "suggested", better);
    finding_report(finding, "The rate allows for it.",
                   "%g: a gradient counts %.3g times in the end", optimizer.momentum,
                   1 / (1 - optimizer.momentum));
    if (!high)
        return;
    finding->verdict =
        optimizer.momentum >= 1 || session_fails(session) ? CNN_VERDICT_FAIL : CNN_VERDICT_WARN;
    finding_report(finding, "The weights run past every minimum: take that one.",
                   "with momentum %g a rate of %g comes to %.3g; the range test suggests %s\t%g",
                   optimizer.momentum, optimizer.lr, whole,
                   session_setting(session, CNN_SETTING_MOMENTUM), better);
    finding_suggest(finding, CNN_SETTING_MOMENTUM, better);
}

/* A rate multiplied in every epoch soon reaches any value. */
#define LEAST_GAMMA 1e-3
#define FAIL_GAMMA 10

static void judge_schedule(session *session) {
    const double gamma = session->options.schedule.gamma;
    if (session->options.schedule.kind != CNN_SCHEDULE_STEP || (gamma <= 1 && gamma >= LEAST_GAMMA))
        return;
    cnn_finding *finding =
        findings_add(&session->findings, CNN_CHECK_SCHEDULE, NULL, CNN_VERDICT_WARN);
    finding_number(finding, "gamma", gamma);
    finding->verdict = gamma >= FAIL_GAMMA ? CNN_VERDICT_FAIL : CNN_VERDICT_WARN;
    finding_report(finding,
                   gamma > 1 ? "The rate should fall, not grow: {gamma} 0.1."
                             : "Only the first epoch teaches anything: {gamma} 0.1.",
                   "each epoch multiplies the rate by %g", gamma);
    finding_suggest(finding, CNN_SETTING_GAMMA, 0.1);
}

bool doctor_settings(session *session, cnn_error *error) {
    (void)error;
    judge_batch(session);
    judge_momentum(session);
    judge_schedule(session);
    return true;
}
