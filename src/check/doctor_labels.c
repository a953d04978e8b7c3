/* Checks whether the labels depend on the pixels. If they do, unseen images are guessed better than
 * by chance: by the nearest class mean, or, if that is too simple, by the network after some
 * training. If neither succeeds and the network can memorize a batch, the labels belong to other
 * images. */
#include "doctor_sampler.h"
#include "memory.h"
#include "thousands.h"

#include <math.h>
#include <stdlib.h>

/* Standard deviations above chance; by chance once in thirty thousand sets. */
#define SURE 4.0
/* If three quarters are of one class, the others are too few to draw a conclusion. */
#define MOST_COMMON 0.75
/* Cohen's kappa, the fraction of what chance leaves: up to 0.2 is "slight" (Landis and Koch,
 * 1977). */
#define SLIGHT 0.2
enum { LABEL_STEPS = 300, LEAST_PER_CLASS = 10 };

typedef struct hit_rate {
    double right, chance, commonest; /* fractions: correct guesses; correct by chance; images of the
                                        most common class */
    double sigmas;                   /* distance from chance, in standard deviations of chance */
} hit_rate;

/* The standard deviation of the hits over random labels: Hoeffding, "A combinatorial central limit
 * theorem", 1951. It is smaller for rare classes, so a few correct guesses of them weigh much;
 * constant guesses have none. */
static double std_of(const size_t *labels, const size_t *guesses, size_t classes, double images,
                     double chance) {
    double sum = 0;
    for (size_t g = 0; g < classes; g++)
        for (size_t k = 0; guesses[g] && k < classes; k++) {
            const double off =
                (g == k) - (double)labels[g] / images - (double)guesses[k] / images + chance;
            sum += (double)guesses[g] * (double)labels[k] * off * off;
        }
    return sqrt(sum / fmax(images - 1, 1)) / images;
}

/* Chance is the hits of the same guesses if the labels were permuted: the sum over classes of the
 * fraction of guesses times the fraction of labels, as in Cohen's kappa (1960). */
static hit_rate measure(const session *session, const uint32_t *guesses, size_t *counts) {
    const size_t classes = cnn_network_class_count(session->network);
    const double held = (double)session->held;
    hit_rate rate = {0};
    for (size_t k = 0; k < 2 * classes; k++)
        counts[k] = 0;
    for (size_t i = 0; i < session->held; i++) {
        const size_t label =
            cnn_dataset_label_at(session->images, session->order[session->learn + i]);
        rate.right += (guesses[i] == label) / held;
        counts[label]++;
        counts[classes + guesses[i]]++;
    }
    for (size_t k = 0; k < classes; k++)
        rate.chance += (double)counts[k] / held * (double)counts[classes + k] / held;
    for (size_t k = 0; k < classes; k++)
        rate.commonest = fmax(rate.commonest, (double)counts[k] / held);
    const double std = std_of(counts, counts + classes, classes, held, rate.chance);
    rate.sigmas = std > 1e-9 ? (rate.right - rate.chance) / std : 0;
    return rate;
}

/* Adam, whatever the user's optimizer, at the rate that learned one batch best. `batch` holds the
 * images of a step. */
static bool train(session *session, const class_sampler *sampler, uint32_t *batch,
                  cnn_error *error) {
    cnn_optimizer optimizer = CNN_OPTIMIZER_DEFAULT;
    optimizer.lr = session->learns_at;
    session_restore(session);
    cnn_trainer *trainer = cnn_trainer_create(session->model, &optimizer, NULL, error);
    bool good = trainer;
    for (size_t step = 0; good && step < LABEL_STEPS; step++) {
        for (size_t i = 0; i < session->batch; i++)
            batch[i] = sampler_image(sampler, step * session->batch + i);
        good = cnn_model_set_batch(session->model, session->images, batch, session->batch, error);
        if (good)
            cnn_train_step(trainer);
    }
    cnn_trainer_free(trainer);
    return good;
}

static bool train_balanced(session *session, cnn_error *error) {
    class_sampler sampler = {0};
    uint32_t *batch = memory_new(session->batch, sizeof *batch, error);
    const bool good =
        batch && sampler_make(session, &sampler, error) && train(session, &sampler, batch, error);
    sampler_free(&sampler);
    free(batch);
    return good;
}

static uint32_t largest(const float *values, size_t count) {
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        best = values[i] > values[best] ? i : best;
    return (uint32_t)best;
}

static bool network_guess(session *session, uint32_t *guesses, cnn_error *error) {
    const size_t classes = cnn_network_class_count(session->network);
    cnn_tensor p;
    if (!train_balanced(session, error) ||
        !cnn_model_tensor(session->model, "probabilities", &p, error))
        return false;
    for (size_t i = 0; i < session->held; i += DOCTOR_CHUNK) {
        const size_t left = session->held - i, n = left < DOCTOR_CHUNK ? left : DOCTOR_CHUNK;
        if (!session_set(session, session->learn + i, n, error))
            return false;
        cnn_model_forward(session->model);
        for (size_t j = 0; j < n; j++)
            guesses[i + j] = largest((const float *)p.data + j * classes, classes);
    }
    return true;
}

/* Neither found anything. That is the labels' fault only if it could have been found: by a network
 * that can learn, with enough images outside the most common class. */
static void judge_chance(const session *session, cnn_finding *finding, const hit_rate *rate) {
    const size_t classes = cnn_network_class_count(session->network);
    const bool fit = findings_worst(&session->findings, CNN_CHECK_OVERFIT) == CNN_VERDICT_OK;
    const bool enough = session->held >= LEAST_PER_CLASS * classes;
    const bool even = rate->commonest <= MOST_COMMON;
    finding->verdict = fit && enough && even ? CNN_VERDICT_FAIL : CNN_VERDICT_OK;
    finding_report(finding,
                   !even     ? "The classes are too uneven for a conclusion."
                   : !enough ? "There are too few images of each class for a conclusion."
                   : fit     ? "They do not belong to these images: look whether one of the two "
                               "files was sorted or shuffled alone."
                             : "This network allows no conclusion: fix it first, then check again.",
                   "of %s unseen images %.0f %% are guessed right, %.0f %% by chance",
                   thousands(session->held).text, 100 * rate->right, 100 * rate->chance);
}

/* Better than chance, but so little that neither network nor rate makes progress: independently
 * ordered files can agree that much. */
static void judge_slight(const session *session, cnn_finding *finding) {
    if (findings_worst(&session->findings, CNN_CHECK_OVERFIT) != CNN_VERDICT_OK ||
        findings_worst(&session->findings, CNN_CHECK_TRAINING) != CNN_VERDICT_FAIL ||
        session->plain > 0)
        return;
    finding->verdict = CNN_VERDICT_FAIL;
    finding->advice =
        "That is almost nothing: look whether one of the two files was sorted or shuffled alone.";
}

static double kappa(const hit_rate *rate) {
    return (rate->right - rate->chance) / (1 - rate->chance);
}

static void report(const session *session, cnn_finding *finding, const hit_rate *rate,
                   bool by_means) {
    finding_number(finding, "right", rate->right);
    finding_number(finding, "chance", rate->chance);
    finding_number(finding, "sigmas", rate->sigmas);
    finding_report(finding, "They belong to the images.",
                   "%.0f %% of unseen images guessed by %s, %.0f %% by chance", 100 * rate->right,
                   by_means ? "their class means" : "the network", 100 * rate->chance);
    if (rate->sigmas < SURE)
        judge_chance(session, finding, rate);
    else if (kappa(rate) < SLIGHT && rate->commonest <= MOST_COMMON)
        judge_slight(session, finding);
}

static bool judge(session *session, uint32_t *guesses, size_t *counts, cnn_error *error) {
    if (!means_guess(session, guesses, error))
        return false;
    const hit_rate means = measure(session, guesses, counts);
    const bool by_means = means.sigmas >= SURE && kappa(&means) >= SLIGHT;
    hit_rate rate = means;
    if (!by_means) {
        if (!network_guess(session, guesses, error))
            return false;
        rate = measure(session, guesses, counts);
    }
    const bool better = by_means || means.sigmas > rate.sigmas;
    cnn_finding *finding = findings_add(&session->findings, CNN_CHECK_LABELS, NULL, CNN_VERDICT_OK);
    report(session, finding, better ? &means : &rate, better);
    finding_number(finding, "sigmas_of_means", means.sigmas);
    return true;
}

bool doctor_labels(session *session, cnn_error *error) {
    const size_t classes = cnn_network_class_count(session->network);
    if (findings_worst(&session->findings, CNN_CHECK_CLASSES) == CNN_VERDICT_FAIL || !session->held)
        return true; /* a single answer follows from anything */
    uint32_t *guesses = memory_new(session->held, sizeof *guesses, error);
    size_t *counts = guesses ? memory_new(2 * classes, sizeof *counts, error) : NULL;
    const bool good = counts && judge(session, guesses, counts, error);
    free(guesses);
    free(counts);
    return good;
}
