/* The learning-rate range test: training while the rate grows from step to step, to see at which
 * rates the loss falls and at which it goes up (Smith, "Cyclical Learning Rates for Training Neural
 * Networks", 2015). The rate grows exponentially and the loss is smoothed, as later practice has
 * it; suggested is a tenth of the rate at which nine tenths of the fall are done: there it still
 * falls, and an easy task, long learnt, does not drive the suggestion up. Decay and momentum are
 * left out, so that their faults are not the rate's: with momentum m a rate comes to rate / (1 - m)
 * in the end. */
#include "doctor.h"
#include "say.h"

#include <math.h>

enum { RATE_STEPS = 160 };
#define LOWEST_RATE 1e-7
#define HIGHEST_RATE 10.0
#define SMOOTHING 0.9
/* The test ends where the smoothed loss is so many times its lowest, or a tenth of the first. */
#define BLOWN_UP 4.0
/* A model that has learnt has lost what it knows at half of what a guess costs. */
#define UNDONE 0.5
/* Below this share of it something is learnt. */
#define BEGUN 0.9
/* The loss falls if it loses so much of what it was: more than smoothed batches differ by chance.
 */
#define FALL 0.97
typedef struct range_test {
    double smooth[RATE_STEPS]; /* loss, of each step done */
    size_t steps;
    double first, lowest; /* smoothed loss: of the first steps, at its lowest */
    double undone;        /* it may come to so much in any case */
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
    const double most = BLOWN_UP * fmax(test->lowest, 0.1 * test->first);
    if (isfinite(smooth) && smooth <= fmax(most, test->undone))
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
    optimizer.weight_decay = optimizer.momentum = 0;
    optimizer.nesterov = false;
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
    const double unit = rate > 0 ? pow(10, floor(log10(rate))) : 1;
    return round(rate / unit) * unit;
}

bool doctor_range(doctor_patient *patient, cnn_error *error) {
    const double momentum = training_optimizer(&patient->settings->training).momentum;
    range_test test = {.undone = patient_knows(patient) ? UNDONE * patient_guess(patient) : 0};
    patient_restore(patient);
    if (!run(patient, &test, error))
        return false;
    patient->goes_up = test.blown;
    if (test.lowest < FALL * test.first) {
        patient->fallen_at = rate_of_fall(&test);
        patient->plain = one_digit(patient->fallen_at / DOCTOR_OFF);
        patient->suggested = one_digit((1 - momentum) * patient->fallen_at / DOCTOR_OFF);
    }
    return true;
}

/* To two digits: "2,000". */
static say_text in_short(double times) {
    const double unit = pow(10, floor(log10(times)) - 1);
    const double rounded = round(times / unit) * unit;
    return say_count(rounded < 1e18 ? (uint64_t)(rounded + 0.5) : UINT64_MAX);
}

bool patient_fails(const doctor_patient *patient) {
    return findings_worst(&patient->findings, CHECK_TRAINING) == DOCTOR_ILL ||
           findings_worst(&patient->findings, CHECK_UPDATE) == DOCTOR_ILL;
}

/* Far above: ill if training has failed, else suspect, as it may yet. */
static void judge_high(doctor_patient *patient, doctor_finding *finding, double rate) {
    const bool failed =
        patient_fails(patient) || findings_worst(&patient->findings, CHECK_DYING) == DOCTOR_ILL;
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
static void judge_known(doctor_patient *patient, doctor_finding *finding, double rate) {
    const bool decays = findings_worst(&patient->findings, CHECK_DECAY) != DOCTOR_HEALTHY;
    const bool worse = findings_worst(&patient->findings, CHECK_TRAINING) != DOCTOR_HEALTHY;
    const double momentum = training_optimizer(&patient->settings->training).momentum;
    const double most = (1 - momentum) * patient->goes_up, tenth = rate / DOCTOR_OFF;
    const double better = one_digit(most > 0 ? fmin(most / DOCTOR_OFF, tenth) : tenth);
    const bool undone = (worse && !decays) || (most > 0 && rate >= most);
    finding->verdict = !undone                  ? DOCTOR_HEALTHY
                       : patient_fails(patient) ? DOCTOR_ILL
                                                : DOCTOR_SUSPECT;
    finding_say(finding, "The weights have learnt already: there is little left to fall.",
                "your rate is %g; it undoes little", rate);
    if (!undone)
        return;
    patient->suggested = better;
    finding_say(finding, "It undoes what the weights know: take that one, or a lower one still.",
                "your rate %g is too high for weights that have learnt; --lr\t%g", rate, better);
}

/* A new network. */
static void judge_new(doctor_patient *patient, doctor_finding *finding, double rate) {
    const bool slow = findings_worst(&patient->findings, CHECK_TRAINING) != DOCTOR_HEALTHY;
    const double most = slow || patient_fails(patient) ? DOCTOR_OFF : DOCTOR_OFF_LEARNS;
    if (findings_worst(&patient->findings, CHECK_MOMENTUM) != DOCTOR_HEALTHY) {
        finding_say(finding, "With less momentum it will do.", "yours is %g", rate);
    } else if (!(patient->suggested > 0)) {
        finding->verdict = slow ? DOCTOR_SUSPECT : DOCTOR_HEALTHY;
        finding_say(finding,
                    slow ? "The rate is not what is wrong: see the other findings."
                         : "Yours learns all the same.",
                    "no rate from 1e-7 to %g lowers the loss", HIGHEST_RATE);
    } else if (rate > most * patient->suggested) {
        judge_high(patient, finding, rate);
    } else if (rate < patient->suggested / DOCTOR_OFF) {
        judge_low(patient, finding, rate);
    } else {
        finding_say(finding, "Near enough.", "yours is %g, the range test suggests %g", rate,
                    patient->suggested);
    }
}

/* A model that has begun to learn, and does not stop at this rate. */
static bool goes_on_well(const doctor_patient *patient) {
    return patient->trained_before && patient->first_loss < BEGUN * patient_guess(patient) &&
           findings_worst(&patient->findings, CHECK_TRAINING) == DOCTOR_HEALTHY;
}

bool doctor_rate(doctor_patient *patient, cnn_error *error) {
    (void)error;
    const double rate = training_optimizer(&patient->settings->training).lr;
    doctor_finding *finding = findings_add(&patient->findings, CHECK_RATE, NULL, DOCTOR_HEALTHY);
    if (rate == 0) {
        finding->verdict = DOCTOR_ILL;
        finding_say(finding, "Nothing moves: leave out --lr.", "your rate is 0");
    } else if (patient_knows(patient) || goes_on_well(patient)) {
        judge_known(patient, finding, rate);
    } else {
        judge_new(patient, finding, rate);
    }
    finding_number(finding, "rate", rate);
    finding_number(finding, "suggested", patient->suggested > 0 ? patient->suggested : NAN);
    finding_number(finding, "fallen_at", patient->fallen_at > 0 ? patient->fallen_at : NAN);
    finding_number(finding, "goes_up_at", patient->goes_up > 0 ? patient->goes_up : NAN);
    return true;
}
