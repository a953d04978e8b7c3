/* Weight decay that pulls harder than the gradients: the training is repeated without it. */
#include "doctor.h"

#include <math.h>

/* Sgd and adam add decay times weight to the gradient: from 0.03 on a run of two epochs on MNIST
 * lost 2 % and more. Adamw takes rate times decay off each weight: from 0.001 on a weight that
 * nothing holds is a third after a thousand steps, and errors double. */
#define MOST_ADDED 0.03
#define MOST_TAKEN 1e-3
/* What it costs within these steps, in losses of a guess: where little is learnt with it less is
 * enough to say why. */
#define ILL_COST 0.25
#define ILL_COST_FAILED 0.1
/* Usual, and PyTorch's default for adamw. */
#define USUAL_ADDED 1e-4
#define USUAL_TAKEN 0.01

static bool loss_without(doctor_patient *patient, double *loss, cnn_error *error) {
    const training_flags *flags = &patient->settings->training;
    const cnn_schedule schedule = training_schedule(flags, DOCTOR_STEPS, DOCTOR_STEPS);
    cnn_optimizer optimizer = training_optimizer(flags);
    optimizer.weight_decay = 0;
    patient_restore(patient);
    cnn_trainer *trainer = cnn_trainer_create(patient->model, &optimizer, &schedule, error);
    bool good = trainer;
    for (size_t step = 0; good && step < DOCTOR_STEPS; step++) {
        good = patient_set_step(patient, step, error);
        const double one = good ? cnn_train_step(trainer) : 0;
        if (step >= DOCTOR_STEPS - DOCTOR_MEAN_STEPS)
            *loss += one / DOCTOR_MEAN_STEPS;
    }
    cnn_trainer_free(trainer);
    return good && patient_knows(patient) ? patient_loss(patient, loss, error) : good;
}

static void judge(const doctor_patient *patient, doctor_finding *finding, double without) {
    const cnn_optimizer optimizer = training_optimizer(&patient->settings->training);
    const double usual = optimizer.kind == CNN_ADAMW ? USUAL_TAKEN : USUAL_ADDED;
    const double cost = (patient->last_loss - without) / patient_guess(patient);
    const bool slow = findings_worst(&patient->findings, CHECK_TRAINING) != DOCTOR_HEALTHY;
    const double most = slow ? ILL_COST_FAILED : ILL_COST;
    finding_number(finding, "loss", patient->last_loss);
    finding_number(finding, "loss_without", without);
    finding_number(finding, "suggested", usual);
    finding->verdict = isfinite(without) && !(cost <= most) ? DOCTOR_ILL : DOCTOR_SUSPECT;
    finding_say(finding,
                finding->verdict == DOCTOR_ILL
                    ? "It pulls the weights to 0 faster than they learn: take that one."
                    : "It is strong; the longer the training, the more it costs: take that one.",
                "%g: after %d steps the loss is %.3f, without it %.3f; usual is "
                "--weight-decay\t%g",
                optimizer.weight_decay, DOCTOR_STEPS, patient->last_loss, without, usual);
}

bool doctor_decay(doctor_patient *patient, cnn_error *error) {
    const cnn_optimizer optimizer = training_optimizer(&patient->settings->training);
    const bool strong = optimizer.kind == CNN_ADAMW
                            ? optimizer.lr * optimizer.weight_decay >= MOST_TAKEN
                            : optimizer.weight_decay >= MOST_ADDED;
    double without = 0;
    if (!optimizer.weight_decay)
        return true;
    if (strong && !loss_without(patient, &without, error))
        return false;
    doctor_finding *finding = findings_add(&patient->findings, CHECK_DECAY, NULL, DOCTOR_HEALTHY);
    finding_number(finding, "decay", optimizer.weight_decay);
    finding_say(finding, "It pulls gently.", "%g with %s", optimizer.weight_decay,
                training_optimizer_name(&patient->settings->training));
    if (strong)
        judge(patient, finding, without);
    return true;
}
