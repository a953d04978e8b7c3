/* The learning-rate range test: training while the rate grows from step to step, to see at which
 * rates the loss falls and at which it goes up (Smith, "Cyclical Learning Rates for Training Neural
 * Networks", 2015). The rate grows exponentially and the loss is smoothed, as later practice has
 * it; suggested is a tenth of the rate at which the smoothed loss is lowest, where it still falls.
 */
#include "doctor.h"
#include "say.h"

#include <math.h>

enum { RATE_STEPS = 160 };
#define LOWEST_RATE 1e-7
#define HIGHEST_RATE 10.0
#define SMOOTHING 0.9
/* The test ends where the smoothed loss is so many times its lowest. */
#define BLOWN_UP 4.0
/* The loss falls if it loses so much of what it was: more than smoothed batches differ by chance.
 */
#define FALL 0.97
/* By construction ten times the suggestion is where the loss no longer falls. */
#define OFF 10.0

typedef struct range_test {
    double first, lowest; /* smoothed loss: of the first steps, at its lowest */
    double best, blown;   /* rate of the lowest; at which the test ended, 0: it did not blow up */
    double mean, weight;  /* of the smoothing; the sum of its weights so far */
} range_test;

static double rate_at(size_t step) {
    return LOWEST_RATE * pow(HIGHEST_RATE / LOWEST_RATE, (double)step / (RATE_STEPS - 1));
}

/* False once the loss has blown up. */
static bool take(range_test *test, size_t step, double loss) {
    test->mean = SMOOTHING * test->mean + (1 - SMOOTHING) * loss;
    test->weight = SMOOTHING * test->weight + (1 - SMOOTHING);
    const double smooth = test->mean / test->weight;
    if (step < 10)
        test->first = smooth;
    if (step == 0 || smooth < test->lowest) {
        test->lowest = smooth;
        test->best = rate_at(step);
    }
    if (isfinite(smooth) && smooth <= BLOWN_UP * test->lowest)
        return true;
    test->blown = rate_at(step);
    return false;
}

/* The rates of the test are those of a step schedule that steps each time. */
static cnn_trainer *make_trainer(doctor_patient *patient, cnn_error *error) {
    cnn_optimizer optimizer = training_optimizer(&patient->settings->training);
    cnn_schedule schedule = CNN_SCHEDULE_DEFAULT;
    optimizer.lr = LOWEST_RATE;
    schedule.kind = CNN_STEP;
    schedule.step_size = 1;
    schedule.gamma = rate_at(1) / rate_at(0);
    return cnn_trainer_create(patient->model, &optimizer, &schedule, error);
}

static bool run(doctor_patient *patient, range_test *test, cnn_error *error) {
    cnn_trainer *trainer = make_trainer(patient, error);
    bool good = trainer, going = true;
    for (size_t step = 0; good && going && step < RATE_STEPS; step++) {
        good = patient_set_step(patient, step, error);
        going = good && take(test, step, cnn_train_step(trainer));
    }
    cnn_trainer_free(trainer);
    return good;
}

/* One digit: more would promise too much. */
static double one_digit(double rate) {
    const double unit = pow(10, floor(log10(rate)));
    return round(rate / unit) * unit;
}

/* To two digits: "2,000". */
static say_text in_short(double times) {
    const double unit = pow(10, floor(log10(times)) - 1);
    const double rounded = round(times / unit) * unit;
    return say_count(rounded < 1e18 ? (uint64_t)(rounded + 0.5) : UINT64_MAX);
}

/* A rate outside the valley is ill if the training with it has not learnt. A high one stays
 * suspect if it has, but a low one does not: an easy task is learnt at any. */
static void judge_off(doctor_patient *patient, doctor_finding *finding, double rate) {
    const bool above = rate > patient->suggested;
    const double times = above ? rate / patient->suggested : patient->suggested / rate;
    const doctor_verdict training = findings_worst(&patient->findings, CHECK_TRAINING);
    const char *advice = "At such rates the loss jumps about and ends at a guess: take that one.";
    finding->verdict = training == DOCTOR_ILL ? DOCTOR_ILL : DOCTOR_SUSPECT;
    if (!above)
        advice = "Learning takes so many times as long: take that one.";
    if (!above && training == DOCTOR_HEALTHY) {
        finding->verdict = DOCTOR_HEALTHY;
        advice = "Low, but it learns.";
    }
    finding_say(finding, advice,
                "your rate %g is %s times %s what the range test suggests, --lr\t%g", rate,
                in_short(times).text, above ? "above" : "below", patient->suggested);
}

/* Weights that know already: nothing falls far, and the rate must only not undo it. */
static void judge_known(doctor_finding *finding, const range_test *test, double rate) {
    const bool undone = test->blown > 0 && rate >= test->blown;
    finding->verdict = undone ? DOCTOR_SUSPECT : DOCTOR_HEALTHY;
    if (test->blown > 0)
        finding_say(finding,
                    undone ? "It would undo what the weights know: a lower rate."
                           : "The weights have learnt already: there is little left to fall.",
                    "your rate is %g; the loss goes up at %.1g", rate, test->blown);
    else
        finding_say(finding, "The weights have learnt already: there is little left to fall.",
                    "your rate is %g; the loss goes up at none", rate);
}

static void judge(doctor_patient *patient, const range_test *test) {
    const double rate = training_optimizer(&patient->settings->training).lr;
    const bool falls = test->lowest < FALL * test->first;
    doctor_finding *finding = findings_add(&patient->findings, CHECK_RATE, NULL, DOCTOR_HEALTHY);
    patient->suggested = falls ? one_digit(test->best / 10) : 0;
    finding_number(finding, "rate", rate);
    finding_number(finding, "suggested", falls ? patient->suggested : NAN);
    finding_number(finding, "lowest_at", test->best);
    finding_number(finding, "goes_up_at", test->blown > 0 ? test->blown : NAN);
    if (patient_knows(patient)) {
        judge_known(finding, test, rate);
    } else if (!falls) {
        finding->verdict = DOCTOR_SUSPECT;
        finding_say(finding, "The rate is not what is wrong: see the other findings.",
                    "no rate from 1e-7 to %g lowers the loss", HIGHEST_RATE);
    } else if (rate > OFF * patient->suggested || rate < patient->suggested / OFF) {
        judge_off(patient, finding, rate);
    } else {
        finding_say(finding, "Near enough.", "yours is %g, the range test suggests %g", rate,
                    patient->suggested);
    }
}

bool doctor_rate(doctor_patient *patient, cnn_error *error) {
    range_test test = {0};
    patient_restore(patient);
    const bool done = run(patient, &test, error);
    if (done)
        judge(patient, &test);
    return done;
}
