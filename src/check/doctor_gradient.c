/* Checks the gradient of the first batch: its size relative to the weights of each layer, and
 * whether the units of a layer would ever differ. */
#include "doctor.h"

#include <math.h>
#include <stdio.h>

double doctor_norm(const float *values, size_t count) {
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += (double)values[i] * (double)values[i];
    return sqrt(squares);
}

/* Relative to the weights' norm. A gradient ten times its weights makes every usual rate too large;
 * one ten thousand times smaller than another layer's learns that much more slowly at a rate that
 * the other allows (vanishing gradients: Glorot and Bengio, 2010). */
#define WARN_HIGH 10.0
#define WARN_BEHIND 1e-4

static void judge_size(const session *session, cnn_finding *finding, double ratio, double largest) {
    finding_ratio(finding, ratio);
    finding_number(finding, "largest_ratio", largest);
    finding_report(finding, "It reaches every layer.", "%s: the gradient is %.2g %% of the weights",
                   finding->layer, 100 * ratio);
    if (!isfinite(ratio)) {
        finding->verdict = CNN_VERDICT_FAIL;
        finding->advice = "It is not a number before the first step: the weights or the pixels "
                          "are too large.";
    } else if (ratio == 0) {
        finding->verdict = CNN_VERDICT_FAIL;
        finding->advice =
            "The weights will not move: a layer before or after them lets nothing through.";
    } else if (ratio > WARN_HIGH) {
        finding->verdict = CNN_VERDICT_WARN;
        finding->advice = "Steps will be large: normalize the pixels or take a small rate.";
    } else if (ratio < WARN_BEHIND * largest) {
        finding->verdict = CNN_VERDICT_WARN;
        finding->advice = session_advice(
            session,
            "It vanishes in the backward pass: {init} kaiming-normal, fewer layers, or adam, which "
            "evens out the steps.",
            "It vanishes in the backward pass: fewer layers, or adam, which evens out the steps.");
    }
}

/* Weights of 0 have no size to compare with: then the norm of the gradient is used. */
static double ratio_of(const doctor_layer *layer) {
    const double weights = doctor_norm(layer->w.data, layer->weights);
    return doctor_norm(layer->dw.data, layer->weights) / (weights > 0 ? weights : 1);
}

static void judge_sizes(session *session) {
    double largest = 0;
    for (size_t l = 1; l < session->count; l++)
        if (session->layers[l].weights)
            largest = fmax(largest, ratio_of(&session->layers[l]));
    for (size_t l = 1; l < session->count; l++)
        if (session->layers[l].weights)
            judge_size(session,
                       findings_add(&session->findings, CNN_CHECK_GRADIENT,
                                    session->layers[l].info.name, CNN_VERDICT_OK),
                       ratio_of(&session->layers[l]), largest);
}

/* Whether all units of [inputs][units] are equal, except for rounding relative to the largest
 * number. */
static bool alike(const cnn_tensor *tensor, size_t count, size_t units, double largest) {
    const float *values = tensor->data;
    for (size_t i = 0; i < count; i++)
        if (!(fabs((double)values[i] - (double)values[i - i % units]) <= 1e-6 * largest))
            return false;
    return true;
}

static double largest_of(const cnn_tensor *tensor, size_t count) {
    const float *values = tensor->data;
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs((double)values[i]));
    return largest;
}

static bool all_alike(const cnn_tensor *w, const cnn_tensor *b, size_t weights, size_t units) {
    const size_t biases = b->data ? units : 0;
    const double largest = fmax(largest_of(w, weights), largest_of(b, biases));
    return alike(w, weights, units, largest) && alike(b, biases, units, largest);
}

/* Equal units with equal gradients stay equal: the layer is as good as a single unit, however wide.
 * Equal units with different gradients, as in a last layer of zeros, separate. */
static bool stays_alike(const doctor_layer *layer) {
    const size_t units = layer->info.channels;
    return layer->weights && units > 1 && all_alike(&layer->w, &layer->b, layer->weights, units) &&
           all_alike(&layer->dw, &layer->db, layer->weights, units);
}

static void judge_symmetry(session *session) {
    size_t found = 0;
    for (size_t l = 1; l < session->count; l++) {
        const doctor_layer *layer = &session->layers[l];
        if (!stays_alike(layer))
            continue;
        cnn_finding *finding = findings_add(&session->findings, CNN_CHECK_SYMMETRY,
                                            layer->info.name, CNN_VERDICT_FAIL);
        finding_number(finding, "units", (double)layer->info.channels);
        snprintf(finding->value, sizeof finding->value, "%zu", layer->info.channels);
        finding_report(
            finding,
            session_advice(
                session,
                "They stay equal and count as one: draw random initial weights ({init} pytorch).",
                "They stay equal and count as one: begin anew from the network's text."),
            "%s: all %zu units have the same weights and the same gradient", layer->info.name,
            layer->info.channels);
        found++;
    }
    if (!found)
        finding_report(findings_add(&session->findings, CNN_CHECK_SYMMETRY, NULL, CNN_VERDICT_OK),
                       "Each can learn its own.", "no layer's units are all alike");
}

bool doctor_gradient(session *session, cnn_error *error) {
    if (!session_set_step(session, 0, error))
        return false;
    cnn_model_forward(session->model);
    cnn_model_loss(session->model);
    cnn_model_backward(session->model);
    judge_symmetry(session);
    judge_sizes(session);
    return true;
}
