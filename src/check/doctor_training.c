/* Trains a hundred steps with the user's settings: checks that the loss falls, the size of each
 * layer's updates, and that all numbers stay finite. The schedule is scaled to these steps. */
#include "doctor.h"
#include "memory.h"

#include <math.h>
#include <stdlib.h>

/* Measurements during the training. */
typedef struct course {
    session *session;
    cnn_trainer *trainer;
    float *before;            /* the block of parameters before an update */
    double *ratios;           /* [layer]: sums over steps of |update| / |weights| */
    size_t steps;             /* completed ones */
    double last;              /* mean loss of the last steps */
    doctor_location location; /* of the first number that is not finite */
} course;

static void add_ratios(course *course) {
    const session *session = course->session;
    const float *now = cnn_model_parameters(session->model, NULL);
    for (size_t l = 1; l < session->count; l++) {
        const doctor_layer *layer = &session->layers[l];
        if (!layer->weights)
            continue;
        const float *w = layer->w.data, *before = course->before + (w - now);
        double moved = 0;
        for (size_t i = 0; i < layer->weights; i++)
            moved += ((double)w[i] - (double)before[i]) * ((double)w[i] - (double)before[i]);
        const double size = doctor_norm(before, layer->weights);
        course->ratios[l] += sqrt(moved) / (size > 0 ? size : 1);
    }
}

/* False at the first number that is not finite. */
static bool walk(course *course) {
    session *session = course->session;
    cnn_model_forward(session->model);
    const double loss = cnn_model_loss(session->model);
    if (!finite_outputs(session, &course->location))
        return false;
    cnn_model_backward(session->model);
    if (!finite_gradients(session, &course->location))
        return false;
    session_save(session, course->before);
    cnn_trainer_update(course->trainer);
    if (!finite_weights(session, &course->location))
        return false;
    add_ratios(course);
    if (course->steps >= DOCTOR_STEPS - DOCTOR_MEAN_STEPS)
        course->last += loss / DOCTOR_MEAN_STEPS;
    course->steps++;
    return true;
}

static void judge_finite(const course *course) {
    const bool sound = course->steps == DOCTOR_STEPS;
    cnn_finding *finding = findings_add(&course->session->findings, CNN_CHECK_FINITE,
                                        sound ? NULL : course->location.layer,
                                        sound ? CNN_VERDICT_OK : CNN_VERDICT_FAIL);
    finding_number(finding, "steps", (double)course->steps);
    if (sound)
        finding_report(finding, "Nothing overflows.", "finite in every layer through %d steps",
                       DOCTOR_STEPS);
    else
        finding_report(finding,
                       course->steps ? "Weights ran away: a lower rate."
                                     : "It begins so: smaller weights or normalized pixels.",
                       "the %s of %s %s infinite or not a number in step %zu",
                       course->location.what, course->location.layer,
                       course->steps ? "become" : "are", course->steps + 1);
}

/* About a thousandth per step is the usual rule of thumb (Karpathy, notes of Stanford's CS231n,
 * "Babysitting the learning process"); healthy runs of Adam begin at some hundredths. At a third
 * the weights are replaced every three steps; below a millionth a long run changes nothing. */
#define FAIL_HIGH 0.3
#define WARN_HIGH 0.1
#define WARN_LOW 1e-5
#define FAIL_LOW 1e-7

static void judge_update(cnn_finding *finding, double ratio) {
    finding_ratio(finding, ratio);
    finding_report(finding, "About 0.1 % is usual, 0.001 to 10 % will do.",
                   "%s: a step changes the weights by %.2g %%", finding->layer, 100 * ratio);
    if (ratio == 0) {
        finding->verdict = CNN_VERDICT_FAIL;
        finding->advice = "It does not move at all: see its gradient.";
    } else if (ratio > WARN_HIGH) {
        finding->verdict = ratio > FAIL_HIGH ? CNN_VERDICT_FAIL : CNN_VERDICT_WARN;
        finding->advice = "That overwrites what was learned; 0.1 % is usual: a lower rate.";
    } else if (ratio < WARN_LOW) {
        finding->verdict = ratio < FAIL_LOW ? CNN_VERDICT_FAIL : CNN_VERDICT_WARN;
        finding->advice = "The layer hardly moves; 0.1 % is usual: a higher rate, if "
                          "its gradient is healthy.";
    }
}

static void judge_updates(const course *course) {
    const session *session = course->session;
    for (size_t l = 1; l < session->count && course->steps; l++)
        if (session->layers[l].weights)
            judge_update(findings_add(&course->session->findings, CNN_CHECK_UPDATE,
                                      session->layers[l].info.name, CNN_VERDICT_OK),
                         course->ratios[l] / (double)course->steps);
}

/* A fall of 5 % is more than the difference between batches; 20 % in a hundred steps is enough
 * progress per epoch. */
#define OK_FALL 0.8
#define FAIL_FALL 0.95

/* For a trained model: the loss of the examined images, in losses of a guess. At a good rate it
 * falls, as these images are among the training images. */
#define WARN_RISE 0.02
#define FAIL_RISE 0.5

static void judge_known(cnn_finding *finding, double rise) {
    finding->advice = "It keeps what it knows.";
    if (rise <= WARN_RISE)
        return;
    finding->verdict = rise <= FAIL_RISE ? CNN_VERDICT_WARN : CNN_VERDICT_FAIL;
    finding->advice = "It loses what it knew: see the rate and the decay.";
}

/* Network and rate are known to learn; a slow start is then only that. */
static bool is_able(const session *session) {
    const double rate = session->options.optimizer.lr;
    return findings_worst(&session->findings, CNN_CHECK_OVERFIT) == CNN_VERDICT_OK &&
           session->suggested > 0 && rate >= session->suggested / DOCTOR_OFF &&
           rate <= session->suggested * DOCTOR_OFF;
}

static void judge_loss(const course *course) {
    const session *session = course->session;
    const double guess = session_guess(session), first = session->first_loss;
    const double rest = course->last / first;
    cnn_finding *finding =
        findings_add(&course->session->findings, CNN_CHECK_TRAINING, NULL, CNN_VERDICT_OK);
    finding_number(finding, "first_loss", first);
    finding_number(finding, "last_loss", course->last);
    if (course->steps < DOCTOR_STEPS) {
        finding->verdict = CNN_VERDICT_FAIL;
        finding_report(finding, "With a lower rate the numbers may stay finite.",
                       "ended in step %zu: a number became infinite", course->steps + 1);
        return;
    }
    finding_report(finding, "It learns with your settings.",
                   "the loss changes from %.3f to %.3f in %d steps", first, course->last,
                   DOCTOR_STEPS);
    if (session_knows(session)) {
        judge_known(finding, (course->last - first) / guess);
        return;
    }
    if (course->last < 0.5 * guess || rest < OK_FALL)
        return;
    const bool able = is_able(session), falls = rest < FAIL_FALL && course->last < guess;
    finding->verdict = able && falls   ? CNN_VERDICT_OK
                       : able || falls ? CNN_VERDICT_WARN
                                       : CNN_VERDICT_FAIL;
    finding->advice = finding->verdict == CNN_VERDICT_FAIL
                          ? "Nothing is learned with these settings: the other findings say why."
                      : able ? "Slow, but rate and network are sound: it needs more steps."
                             : "It learns, but slowly: the other findings say why.";
}

static bool make(course *course, cnn_error *error) {
    session *session = course->session;
    const cnn_schedule schedule = session_schedule(session);
    course->before = memory_new(session->numbers, sizeof(float), error);
    if (!course->before)
        return false;
    course->ratios = memory_new(session->count, sizeof *course->ratios, error);
    if (!course->ratios)
        return false;
    course->trainer =
        cnn_trainer_create(session->model, &session->options.optimizer, &schedule, error);
    return course->trainer;
}

bool doctor_training(session *session, cnn_error *error) {
    course course = {.session = session};
    session_restore(session);
    bool good = make(&course, error), going = true;
    for (size_t step = 0; good && going && step < DOCTOR_STEPS; step++) {
        good = session_set_step(session, step, error);
        going = good && walk(&course);
    }
    session->steps = course.steps;
    /* When little changes, the same images are more informative than a few batches. */
    if (good && course.steps == DOCTOR_STEPS && session_knows(session))
        good = session_loss(session, &course.last, error);
    session->last_loss = course.steps == DOCTOR_STEPS ? course.last : NAN;
    if (good) {
        judge_loss(&course);
        judge_finite(&course);
        judge_updates(&course);
    }
    cnn_trainer_free(course.trainer);
    free(course.ratios);
    free(course.before);
    return good;
}
