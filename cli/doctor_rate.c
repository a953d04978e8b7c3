/* The learning-rate range test: training while the rate grows from step to step, to see at which
 * rates the loss falls and at which it goes up (Smith, "Cyclical Learning Rates for Training Neural
 * Networks", 2015). The rate grows exponentially and the loss is smoothed, as later practice has
 * it; suggested is a tenth of the rate at which nine tenths of the fall are done: there it still
 * falls, and an easy task, long learnt, does not drive the suggestion up. */
#include "doctor.h"
#include "say.h"

#include <math.h>

enum { RATE_STEPS = 160 };
#define LOWEST_RATE 1e-7
#define HIGHEST_RATE 10.0
#define SMOOTHING 0.9
/* The test ends where the smoothed loss is so many times its lowest, or a tenth of the first. */
#define BLOWN_UP 4.0
/* The loss falls if it loses so much of what it was: more than smoothed batches differ by chance.
 */
#define FALL 0.97
/* By construction, the fall is nearly done at ten times the suggestion. */
#define OFF 10.0

typedef struct range_test {
    double smooth[RATE_STEPS]; /* loss, of each step done */
    size_t steps;
    double first, lowest; /* smoothed loss: of the first steps, at its lowest */
    double blown;         /* rate at which the test ended, 0: it did not blow up */
    double mean, weight;  /* of the smoothing; the sum of its weights so far */
} range_test;

static double rate_at(size_t step) {
    return LOWEST_RATE * pow(HIGHEST_RATE / LOWEST_RATE, (double)step / (RATE_STEPS - 1));
}

/* False once the loss has blown up. */
static bool take(range_test *test, double loss) {
    const size_t step = test->steps++;
    test->mean = SMOOTHING * test->mean + (1 - SMOOTHING) * loss;
    test->weight = SMOOTHING * test->weight + (1 - SMOOTHING);
    const double smooth = test->smooth[step] = test->mean / test->weight;
    if (step < 10)
        test->first = smooth;
    if (step == 0 || smooth < test->lowest)
        test->lowest = smooth;
    if (isfinite(smooth) && smooth <= BLOWN_UP * fmax(test->lowest, 0.1 * test->first))
        return true;
    test->blown = rate_at(step);
    return false;
}

/* The rate at which nine tenths of the fall are done. */
static double rate_of_fall(const range_test *test) {
    const double done = test->first - 0.9 * (test->first - test->lowest);
    size_t step = 0;
    while (step + 1 < test->steps && !(test->smooth[step] <= done))
        step++;
    return rate_at(step);
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
        going = good && take(test, cnn_train_step(trainer));
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

/* Has the training with the user's rate failed, in its loss or in the size of its steps? */
static bool has_failed(const doctor_patient *patient) {
    return findings_worst(&patient->findings, CHECK_TRAINING) == DOCTOR_ILL ||
           findings_worst(&patient->findings, CHECK_UPDATE) == DOCTOR_ILL;
}

/* Far above: ill if training has failed, else suspect, as it may yet. */
static void judge_high(doctor_patient *patient, doctor_finding *finding, double rate) {
    const bool failed = has_failed(patient);
    finding->verdict = failed ? DOCTOR_ILL : DOCTOR_SUSPECT;
    finding_say(finding,
                failed ? "At such rates the loss jumps about and ends at a guess: take that one."
                       : "It learns this far all the same, but little keeps it from running away.",
                "your rate %g is %s times above what the range test suggests, --lr\t%g", rate,
                in_short(rate / patient->suggested).text, patient->suggested);
}

/* Far below: an easy task is learnt at any rate. */
static void judge_low(doctor_patient *patient, doctor_finding *finding, double rate) {
    finding->verdict = findings_worst(&patient->findings, CHECK_TRAINING);
    finding_say(finding,
                finding->verdict == DOCTOR_HEALTHY
                    ? "Low, but it learns."
                    : "Learning takes so many times as long: take that one.",
                "your rate %g is %s times below what the range test suggests, --lr\t%g", rate,
                in_short(patient->suggested / rate).text, patient->suggested);
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
    patient->suggested = falls ? one_digit(rate_of_fall(test) / 10) : 0;
    finding_number(finding, "rate", rate);
    finding_number(finding, "suggested", falls ? patient->suggested : NAN);
    finding_number(finding, "fallen_at", falls ? rate_of_fall(test) : NAN);
    finding_number(finding, "goes_up_at", test->blown > 0 ? test->blown : NAN);
    if (patient_knows(patient)) {
        judge_known(finding, test, rate);
    } else if (!falls) {
        finding->verdict = DOCTOR_SUSPECT;
        finding_say(finding, "The rate is not what is wrong: see the other findings.",
                    "no rate from 1e-7 to %g lowers the loss", HIGHEST_RATE);
    } else if (rate > OFF * patient->suggested) {
        judge_high(patient, finding, rate);
    } else if (rate < patient->suggested / OFF) {
        judge_low(patient, finding, rate);
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
