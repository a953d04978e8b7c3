/* Checks whether the network can memorize one small batch: if it cannot learn a few images, it
 * cannot learn sixty thousand. Tests the network, not the user's settings: trains it with Adam at
 * two rates. */
#include "doctor.h"

#include <math.h>
#include <stdlib.h>

enum { OVERFIT_IMAGES = 32, OVERFIT_STEPS = 200 };

/* A mean probability of 0.9 for the true class; half of a guess's loss shows that something is
 * learned. */
#define KNOWN_LOSS 0.1
#define HALF_KNOWN 0.5

static size_t batch_of(const session *session) {
    return session->learn < OVERFIT_IMAGES ? session->learn : OVERFIT_IMAGES;
}

static bool train(session *session, double rate, double *loss, size_t *steps, cnn_error *error) {
    const size_t images = batch_of(session);
    cnn_optimizer optimizer = CNN_OPTIMIZER_DEFAULT;
    optimizer.lr = rate;
    session_restore(session);
    cnn_trainer *trainer = cnn_trainer_create(session->model, &optimizer, NULL, error);
    const bool good = trainer && session_set(session, 0, images, error);
    for (*steps = 0; good && *steps < OVERFIT_STEPS && !(*loss < KNOWN_LOSS); ++*steps)
        *loss = cnn_train_step(trainer);
    cnn_trainer_free(trainer);
    return good;
}

static void judge(session *session, double loss, size_t steps) {
    const double guess = session_guess(session);
    cnn_finding *finding =
        findings_add(&session->findings, CNN_CHECK_OVERFIT, NULL, CNN_VERDICT_OK);
    finding_number(finding, "loss", loss);
    finding_number(finding, "steps", (double)steps);
    finding_report(finding, "The network can learn.", "%zu images memorized after %zu steps",
                   batch_of(session), steps);
    if (loss < KNOWN_LOSS)
        return;
    finding->verdict = loss < HALF_KNOWN * guess ? CNN_VERDICT_WARN : CNN_VERDICT_FAIL;
    finding_report(finding,
                   finding->verdict == CNN_VERDICT_WARN
                       ? "It learns, but slowly: a wider network, or see the other findings."
                       : "It cannot even memorize these: the network is faulty, or too small.",
                   "the loss is still %.3g after %zu steps on the same few images", loss, steps);
}

bool doctor_overfit(session *session, cnn_error *error) {
    static const double rates[] = {0.001, 0.01};
    double best = INFINITY;
    size_t taken = 0;
    for (size_t i = 0; i < 2 && !(best < KNOWN_LOSS); i++) {
        double loss = INFINITY;
        if (!train(session, rates[i], &loss, &taken, error))
            return false;
        if (i == 0 || loss < best) {
            session->learns_at = rates[i];
            best = loss;
        }
    }
    judge(session, best, taken);
    return true;
}
