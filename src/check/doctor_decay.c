/* Finds weight decay that is stronger than the gradients by repeating the training without it. */
#include "doctor.h"

#include <math.h>

/* SGD and Adam add decay times weight to the gradient: from 0.03 on, a run of two epochs on MNIST
 * lost 2 % and more. AdamW subtracts rate times decay from each weight: from 0.001 on, a weight
 * without gradient falls to a third in a thousand steps, and errors double. */
#define MOST_ADDED 0.03
#define MOST_TAKEN 1e-3
/* Its cost within these steps, in losses of a guess; if little is learned with it, less is enough
 * to blame it. */
#define FAIL_COST 0.25
#define FAIL_COST_FAILED 0.1
/* Common values; PyTorch's default for AdamW. */
#define USUAL_ADDED 1e-4
#define USUAL_TAKEN 0.01

static bool loss_without(session *session, double *loss, cnn_error *error) {
    const cnn_schedule schedule = session_schedule(session);
    cnn_optimizer optimizer = session->options.optimizer;
    optimizer.weight_decay = 0;
    session_restore(session);
    cnn_trainer *trainer = cnn_trainer_create(session->model, &optimizer, &schedule, error);
    bool good = trainer;
    for (size_t step = 0; good && step < DOCTOR_STEPS; step++) {
        good = session_set_step(session, step, error);
        const double one = good ? cnn_train_step(trainer) : 0;
        if (step >= DOCTOR_STEPS - DOCTOR_MEAN_STEPS)
            *loss += one / DOCTOR_MEAN_STEPS;
    }
    cnn_trainer_free(trainer);
    return good && session_knows(session) ? session_loss(session, loss, error) : good;
}

static void judge(const session *session, cnn_finding *finding, double without) {
    const cnn_optimizer optimizer = session->options.optimizer;
    const double usual = optimizer.kind == CNN_OPTIMIZER_ADAMW ? USUAL_TAKEN : USUAL_ADDED;
    const double cost = (session->last_loss - without) / session_guess(session);
    const bool slow = findings_worst(&session->findings, CNN_CHECK_TRAINING) != CNN_VERDICT_OK;
    const double most = slow ? FAIL_COST_FAILED : FAIL_COST;
    finding_number(finding, "loss", session->last_loss);
    finding_number(finding, "loss_without", without);
    finding_number(finding, "suggested", usual);
    finding->verdict = isfinite(without) && !(cost <= most) ? CNN_VERDICT_FAIL : CNN_VERDICT_WARN;
    finding_report(finding,
                   finding->verdict == CNN_VERDICT_FAIL
                       ? "It pulls the weights to 0 faster than they learn: take that one."
                       : "It is strong; the longer the training, the more it costs: take that one.",
                   "%g: after %d steps the loss is %.3f, without it %.3f; usual is %s\t%g",
                   optimizer.weight_decay, DOCTOR_STEPS, session->last_loss, without,
                   session_setting(session, CNN_SETTING_WEIGHT_DECAY), usual);
    finding_suggest(finding, CNN_SETTING_WEIGHT_DECAY, usual);
}

bool doctor_decay(session *session, cnn_error *error) {
    const cnn_optimizer optimizer = session->options.optimizer;
    const bool strong = optimizer.kind == CNN_OPTIMIZER_ADAMW
                            ? optimizer.lr * optimizer.weight_decay >= MOST_TAKEN
                            : optimizer.weight_decay >= MOST_ADDED;
    double without = 0;
    if (!optimizer.weight_decay)
        return true;
    if (strong && !loss_without(session, &without, error))
        return false;
    cnn_finding *finding = findings_add(&session->findings, CNN_CHECK_DECAY, NULL, CNN_VERDICT_OK);
    finding_number(finding, "decay", optimizer.weight_decay);
    finding_report(finding, "It pulls gently.", "%g with %s", optimizer.weight_decay,
                   cnn_optimizer_kind_name(optimizer.kind));
    if (strong)
        judge(session, finding, without);
    return true;
}
