/* Finds dead units: channels of a convolution, or values of a dense layer, that are 0 after their
 * ReLU for every examined image. No gradient passes them, so they never change (Lu et al., "Dying
 * ReLU and Initialization", 2019). Checked before the first step and after the training. */
#include "doctor.h"
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>

/* Marks the units that are greater than 0 for some image. */
static void mark_alive(const doctor_layer *layer, size_t images, bool *alive) {
    const size_t units = layer->info.channels;
    const float *y = layer->y.data;
    for (size_t i = 0; i < images * layer->values; i += units)
        for (size_t unit = 0; unit < units; unit++)
            alive[unit] |= y[i + unit] > 0;
}

/* The number of dead units of a layer: those not marked. */
static size_t count_dead(const doctor_layer *layer, const bool *alive) {
    size_t dead = 0;
    for (size_t unit = 0; unit < layer->info.channels; unit++)
        dead += !alive[unit];
    return dead;
}

/* Sets the flags [layer][units] of all ReLUs, one after the other. */
static bool pass_images(session *session, bool *alive, cnn_error *error) {
    for (size_t i = 0; i < session_examined(session); i += DOCTOR_CHUNK) {
        const size_t n = session_chunk(session, i);
        bool *at = alive;
        if (!session_set(session, i, n, error))
            return false;
        cnn_model_forward(session->model);
        for (size_t l = 1; l < session->count; l++)
            if (session->layers[l].info.rectifies) {
                mark_alive(&session->layers[l], n, at);
                at += session->layers[l].info.channels;
            }
    }
    return true;
}

/* Before the first step up to half of a layer may be dead by chance; above that its width is
 * wasted, and at nine tenths almost nothing passes. In runs that reach 99 %, up to six tenths of a
 * wide dense layer die in the first steps and stay dead: a trained model is judged by that
 * limit. */
#define WARN_SHARE 0.5
#define WARN_DIED 0.75
#define FAIL_SHARE 0.9

static void judge_first(const session *session, cnn_finding *finding, size_t dead, size_t units) {
    const double share = (double)dead / (double)units;
    snprintf(finding->value, sizeof finding->value, "%zu of %zu", dead, units);
    finding_report(finding, "The rest lets gradients through.",
                   "%s: %zu of %zu units are 0 for each of %zu images", finding->layer, dead, units,
                   session_examined(session));
    if (share >= FAIL_SHARE) {
        finding->verdict = CNN_VERDICT_FAIL;
        finding->advice = "Nothing passes there, forward or backward: look at the weights and "
                          "biases before it, or draw new ones.";
    } else if (share > (session_knows(session) ? WARN_DIED : WARN_SHARE)) {
        finding->verdict = CNN_VERDICT_WARN;
        finding->advice =
            "Much of its width is lost: look at the biases before it, or draw new weights.";
    }
}

static void judge_dying(const session *session, cnn_finding *finding, size_t before, size_t dead,
                        size_t units) {
    const double died = dead > before ? (double)(dead - before) / (double)units : 0;
    snprintf(finding->value, sizeof finding->value, "%zu of %zu", dead, units);
    finding_number(finding, "before", (double)before);
    finding_report(finding, "Training keeps enough units active.",
                   "%s: %zu of %zu units are dead after %zu steps, %zu before", finding->layer,
                   dead, units, session->steps, before);
    if (died >= FAIL_SHARE) {
        finding->verdict = CNN_VERDICT_FAIL;
        finding->advice = "Training kills the layer for good: a lower rate.";
    } else if (died > WARN_DIED) {
        finding->verdict = CNN_VERDICT_WARN;
        finding->advice = "Units die in training: a lower rate keeps them.";
    }
}

static void report(session *session, cnn_check check, const bool *alive) {
    for (size_t l = 1; l < session->count; l++) {
        doctor_layer *layer = &session->layers[l];
        if (!layer->info.rectifies)
            continue;
        const size_t units = layer->info.channels, dead = count_dead(layer, alive);
        alive += units;
        if (check == CNN_CHECK_DYING && layer->dead == units)
            continue; /* no unit was left to die */
        cnn_finding *finding =
            findings_add(&session->findings, check, layer->info.name, CNN_VERDICT_OK);
        finding_number(finding, "dead", (double)dead);
        finding_number(finding, "units", (double)units);
        if (check == CNN_CHECK_DEAD) {
            layer->dead = dead;
            judge_first(session, finding, dead, units);
        } else {
            judge_dying(session, finding, layer->dead, dead, units);
        }
    }
}

static bool examine(session *session, cnn_check check, cnn_error *error) {
    size_t units = 0;
    for (size_t l = 1; l < session->count; l++)
        units += session->layers[l].info.rectifies ? session->layers[l].info.channels : 0;
    bool *alive = memory_new(units, sizeof *alive, error);
    if (!alive)
        return false;
    const bool passed = pass_images(session, alive, error);
    if (passed)
        report(session, check, alive);
    free(alive);
    return passed;
}

bool doctor_dead(session *session, cnn_error *error) {
    return examine(session, CNN_CHECK_DEAD, error);
}

bool doctor_dying(session *session, cnn_error *error) {
    return examine(session, CNN_CHECK_DYING, error);
}
