/* Settings of which more is asked than a rate can mend: batches, momentum, the schedule. */
#include "doctor.h"
#include "say.h"

#include <math.h>

/* Of fewer steps an epoch, five epochs (what cnn train does unless told) are under the twenty in
 * which a network learns a single batch by heart. */
#define LEAST_STEPS 4
/* Suggested is a batch of which an epoch has so many; as many as the default at most. */
#define GOOD_STEPS 16
#define USUAL_BATCH 64

static size_t good_batch(size_t images) {
    size_t batch = USUAL_BATCH;
    while (batch > 1 && batch * GOOD_STEPS > images)
        batch /= 2;
    return batch;
}

static void judge_batch(doctor_patient *patient) {
    const size_t images = patient->learn + patient->held;
    const uint64_t batch = patient->settings->training.batch_size;
    const size_t steps = (size_t)((images - 1) / batch) + 1, better = good_batch(images);
    doctor_finding *finding = findings_add(&patient->findings, CHECK_BATCH, NULL, DOCTOR_HEALTHY);
    finding_number(finding, "steps_per_epoch", (double)steps);
    finding_number(finding, "suggested", (double)better);
    finding_say(finding, "Enough for an epoch to get somewhere.",
                "batches of %s: %s step%s an epoch", say_count(batch).text, say_count(steps).text,
                steps == 1 ? "" : "s");
    if (steps >= LEAST_STEPS || better >= batch)
        return;
    finding->verdict = DOCTOR_SUSPECT;
    finding_say(finding, "Weights move once a step: take that one, or many more epochs.",
                "batches of %s, %s images: %zu step%s an epoch; with --batch-size\t%zu it is %zu",
                say_count(batch).text, say_count(images).text, steps, steps == 1 ? "" : "s", better,
                (images - 1) / better + 1);
}

/* The momentum with which a rate does as much as the range test suggests: lr / (1 - momentum) is
 * what a step comes to in the end. 0.9 is usual, and enough. */
static double good_momentum(double rate, double plain) {
    if (!(rate <= plain))
        return 0;
    return fmin(fmax(floor(100 * (1 - rate / plain)) / 100, 0.9), 0.98);
}

/* Up to 0.9 a rate that is too high is the rate's fault. */
static void judge_momentum(doctor_patient *patient) {
    const cnn_optimizer optimizer = training_optimizer(&patient->settings->training);
    if (!(optimizer.momentum > 0.9) || (patient_knows(patient) && optimizer.momentum < 1))
        return;
    const double whole = optimizer.lr / (1 - optimizer.momentum);
    const double better = good_momentum(optimizer.lr, patient->plain);
    const bool high = optimizer.momentum >= 1 ||
                      (patient->plain > 0 && whole > DOCTOR_OFF_LEARNS * patient->plain);
    doctor_finding *finding =
        findings_add(&patient->findings, CHECK_MOMENTUM, NULL, DOCTOR_HEALTHY);
    finding_number(finding, "momentum", optimizer.momentum);
    finding_number(finding, "suggested", better);
    finding_say(finding, "The rate allows for it.", "%g: a gradient counts %.3g times in the end",
                optimizer.momentum, 1 / (1 - optimizer.momentum));
    if (!high)
        return;
    finding->verdict =
        optimizer.momentum >= 1 || patient_fails(patient) ? DOCTOR_ILL : DOCTOR_SUSPECT;
    finding_say(finding, "The weights run past every minimum: take that one.",
                "with momentum %g a rate of %g comes to %.3g; the range test suggests "
                "--momentum\t%g",
                optimizer.momentum, optimizer.lr, whole, better);
}

/* A rate that an epoch multiplies is soon anywhere. */
#define LEAST_GAMMA 1e-3
#define ILL_GAMMA 10

static void judge_schedule(doctor_patient *patient) {
    const training_flags *flags = &patient->settings->training;
    const double gamma = training_schedule(flags, 1, 1).gamma;
    if (flags->schedule != CNN_STEP || (gamma <= 1 && gamma >= LEAST_GAMMA))
        return;
    doctor_finding *finding =
        findings_add(&patient->findings, CHECK_SCHEDULE, NULL, DOCTOR_SUSPECT);
    finding_number(finding, "gamma", gamma);
    finding->verdict = gamma >= ILL_GAMMA ? DOCTOR_ILL : DOCTOR_SUSPECT;
    finding_say(finding,
                gamma > 1 ? "The rate should fall, not grow: --gamma 0.1."
                          : "Only the first epoch teaches anything: --gamma 0.1.",
                "each epoch multiplies the rate by %g", gamma);
}

bool doctor_flags(doctor_patient *patient, cnn_error *error) {
    (void)error;
    judge_batch(patient);
    judge_momentum(patient);
    judge_schedule(patient);
    return true;
}
