/* The learning-rate range test: trains with a rate that grows from step to step, to find the rates
 * at which the loss falls and rises (Smith, "Cyclical Learning Rates for Training Neural Networks",
 * 2015). The rate grows exponentially and the loss is smoothed, as in later practice; the
 * suggestion is a tenth of the rate at which nine tenths of the fall are complete: there it still
 * falls, and an easy task, learned early, does not raise the suggestion. Decay and momentum are
 * omitted, so that their faults are not blamed on the rate: with momentum m the effective rate is
 * rate / (1 - m). */
#include "doctor.h"
#include "explog.h"
#include "ipow.h"
#include "thousands.h"

#include <float.h>
#include <math.h>

enum { RATE_STEPS = 160 };
#define LOWEST_RATE 1e-7
#define HIGHEST_RATE 10.0
#define SMOOTHING 0.9
/* The test ends when the smoothed loss exceeds its minimum by this factor, or by that of the start
 * divided by ten. */
#define BLOWN_UP 4.0
/* A trained model has lost what it knew at this fraction of a guess's loss. */
#define UNDONE 0.5
/* Below this fraction of it something is learned. */
#define BEGUN 0.9
/* The loss counts as falling if it falls to this fraction: more than random batches cause. */
#define FALL 0.97
typedef struct range_test {
    double smooth[RATE_STEPS]; /* loss after each completed step */
    size_t steps;
    double first, lowest; /* smoothed loss: of the first steps; the minimum */
    double undone;        /* the limit is at least this loss */
    double blown;         /* rate at which the test ended; 0: the loss did not blow up */
    double mean, weight;  /* of the smoothing; the sum of its weights so far */
} range_test;

static double rate_at(size_t step) {
    return LOWEST_RATE *
           portable_exp(portable_log(HIGHEST_RATE / LOWEST_RATE) * (double)step / (RATE_STEPS - 1));
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

/* The rate at which nine tenths of the fall are complete. */
static double rate_of_fall(const range_test *test) {
    const double done = test->first - 0.9 * (test->first - test->lowest);
    size_t step = 0;
    while (step + 1 < test->steps && !(test->smooth[step] <= done))
        step++;
    return rate_at(step);
}

/* The rates of the test are those of a step schedule that steps every time. */
static cnn_trainer *make_trainer(session *session, cnn_error *error) {
    cnn_optimizer optimizer = session->options.optimizer;
    cnn_schedule schedule = CNN_SCHEDULE_DEFAULT;
    optimizer.lr = LOWEST_RATE;
    optimizer.weight_decay = optimizer.momentum = 0;
    optimizer.nesterov = false;
    schedule.kind = CNN_SCHEDULE_STEP;
    schedule.step_size = 1;
    schedule.gamma = rate_at(1) / rate_at(0);
    return cnn_trainer_create(session->model, &optimizer, &schedule, error);
}

static bool run(session *session, range_test *test, cnn_error *error) {
    cnn_trainer *trainer = make_trainer(session, error);
    bool good = trainer, going = true;
    for (size_t step = 0; good && going && step < RATE_STEPS; step++) {
        good = session_set_step(session, step, error);
        going = good && take(test, cnn_train_step(trainer));
    }
    cnn_trainer_free(trainer);
    return good;
}

/* The largest power of ten that is not above x, which is above 0. */
static double power_of_ten(double x) {
    uint64_t digits = 0;
    while (digits < DBL_MAX_10_EXP && ipow(10, digits + 1) <= x)
        digits++;
    if (digits)
        return ipow(10, digits);
    while (1 / ipow(10, digits) > x)
        digits++;
    return 1 / ipow(10, digits);
}

/* One digit: more would suggest too much precision. */
static double one_digit(double rate) {
    const double unit = rate > 0 ? power_of_ten(rate) : 1;
    return round(rate / unit) * unit;
}

bool doctor_range(session *session, cnn_error *error) {
    const double momentum = session->options.optimizer.momentum;
    range_test test = {.undone = session_knows(session) ? UNDONE * session_guess(session) : 0};
    session_restore(session);
    if (!run(session, &test, error))
        return false;
    session->goes_up = test.blown;
    if (test.lowest < FALL * test.first) {
        session->fallen_at = rate_of_fall(&test);
        session->plain = one_digit(session->fallen_at / DOCTOR_OFF);
        session->suggested = one_digit((1 - momentum) * session->fallen_at / DOCTOR_OFF);
    }
    return true;
}

/* To two digits: "2,000". */
static number_text in_short(double times) {
    const double unit = power_of_ten(times) / 10;
    const double rounded = round(times / unit) * unit;
    return thousands(rounded < 1e18 ? (uint64_t)(rounded + 0.5) : UINT64_MAX);
}

bool session_fails(const session *session) {
    return findings_worst(&session->findings, CNN_CHECK_TRAINING) == CNN_VERDICT_FAIL ||
           findings_worst(&session->findings, CNN_CHECK_UPDATE) == CNN_VERDICT_FAIL;
}

/* Far above the suggestion: FAIL if the training failed, else WARN, as it still may. */
static void judge_high(session *session, cnn_finding *finding, double rate) {
    const bool failed = session_fails(session) ||
                        findings_worst(&session->findings, CNN_CHECK_DYING) == CNN_VERDICT_FAIL;
    finding->verdict = failed ? CNN_VERDICT_FAIL : CNN_VERDICT_WARN;
    finding_report(finding,
                   failed
                       ? "At such rates the loss jumps about and ends at a guess: take that one."
                       : "It learns this far all the same, but little keeps it from running away.",
                   "your rate %g is %s times above what the range test suggests, %s\t%g", rate,
                   in_short(rate / session->suggested).text,
                   session_setting(session, CNN_SETTING_LR), session->suggested);
    finding_suggest(finding, CNN_SETTING_LR, session->suggested);
}

/* Far below the suggestion: an easy task is learned at any rate. */
static void judge_low(session *session, cnn_finding *finding, double rate) {
    finding->verdict = findings_worst(&session->findings, CNN_CHECK_TRAINING);
    finding_report(finding,
                   finding->verdict == CNN_VERDICT_OK
                       ? "Low, but it learns."
                       : "Learning takes that many times longer: take that one.",
                   "your rate %g is %s times below what the range test suggests, %s\t%g", rate,
                   in_short(session->suggested / rate).text,
                   session_setting(session, CNN_SETTING_LR), session->suggested);
    finding_suggest(finding, CNN_SETTING_LR, session->suggested);
}

/* Trained weights: the loss cannot fall far, and the rate must only not undo them. */
static void judge_known(session *session, cnn_finding *finding, double rate) {
    const bool decays = findings_worst(&session->findings, CNN_CHECK_DECAY) != CNN_VERDICT_OK;
    const bool worse = findings_worst(&session->findings, CNN_CHECK_TRAINING) != CNN_VERDICT_OK;
    const double momentum = session->options.optimizer.momentum;
    const double most = (1 - momentum) * session->goes_up, tenth = rate / DOCTOR_OFF;
    const double better = one_digit(most > 0 ? fmin(most / DOCTOR_OFF, tenth) : tenth);
    const bool undone = (worse && !decays) || (most > 0 && rate >= most);
    finding->verdict = !undone                  ? CNN_VERDICT_OK
                       : session_fails(session) ? CNN_VERDICT_FAIL
                                                : CNN_VERDICT_WARN;
    finding_report(finding, "The weights are trained: the loss cannot fall much further.",
                   "your rate is %g; it undoes little", rate);
    if (!undone)
        return;
    session->suggested = better;
    finding_report(finding, "It undoes what the weights know: take that one, or a lower one still.",
                   "your rate %g is too high for trained weights; %s\t%g", rate,
                   session_setting(session, CNN_SETTING_LR), better);
    finding_suggest(finding, CNN_SETTING_LR, better);
}

/* Untrained weights. */
static void judge_new(session *session, cnn_finding *finding, double rate) {
    const bool slow = findings_worst(&session->findings, CNN_CHECK_TRAINING) != CNN_VERDICT_OK;
    const double most = slow || session_fails(session) ? DOCTOR_OFF : DOCTOR_OFF_LEARNS;
    if (findings_worst(&session->findings, CNN_CHECK_MOMENTUM) != CNN_VERDICT_OK) {
        finding_report(finding, "With less momentum it will do.", "yours is %g", rate);
    } else if (!(session->suggested > 0)) {
        finding->verdict = slow ? CNN_VERDICT_WARN : CNN_VERDICT_OK;
        finding_report(finding,
                       slow ? "The rate is not what is wrong: see the other findings."
                            : "Yours learns all the same.",
                       "no rate from 1e-7 to %g lowers the loss", HIGHEST_RATE);
    } else if (rate > most * session->suggested) {
        judge_high(session, finding, rate);
    } else if (rate < session->suggested / DOCTOR_OFF) {
        judge_low(session, finding, rate);
    } else {
        finding_report(finding, "Near enough.", "yours is %g, the range test suggests %g", rate,
                       session->suggested);
    }
}

/* A partly trained model that keeps improving at this rate. */
static bool goes_on_well(const session *session) {
    return session->trained_before && session->first_loss < BEGUN * session_guess(session) &&
           findings_worst(&session->findings, CNN_CHECK_TRAINING) == CNN_VERDICT_OK;
}

bool doctor_rate(session *session, cnn_error *error) {
    (void)error;
    const double rate = session->options.optimizer.lr;
    cnn_finding *finding = findings_add(&session->findings, CNN_CHECK_RATE, NULL, CNN_VERDICT_OK);
    if (rate == 0) {
        finding->verdict = CNN_VERDICT_FAIL;
        finding_report(finding, "Nothing moves: leave out {lr}.", "your rate is 0");
    } else if (session_knows(session) || goes_on_well(session)) {
        judge_known(session, finding, rate);
    } else {
        judge_new(session, finding, rate);
    }
    finding_number(finding, "rate", rate);
    finding_number(finding, "suggested", session->suggested > 0 ? session->suggested : NAN);
    finding_number(finding, "fallen_at", session->fallen_at > 0 ? session->fallen_at : NAN);
    finding_number(finding, "goes_up_at", session->goes_up > 0 ? session->goes_up : NAN);
    return true;
}
