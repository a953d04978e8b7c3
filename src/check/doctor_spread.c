/* Measures how much the outputs of each layer with weights differ between images, which is all it
 * has to distinguish them. Initial weights are chosen so that this keeps its order of magnitude
 * from layer to layer (Glorot and Bengio, "Understanding the difficulty of training deep
 * feedforward neural networks", 2010; He et al., "Delving deep into rectifiers", 2015); over many
 * layers it may vanish or explode. */
#include "doctor.h"
#include "memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Sums of squares over the output's elements, over chunks of images. */
typedef struct spread_sums {
    double within, size; /* variance between images; mean square */
    double positions;    /* number of them */
} spread_sums;

/* Adds a chunk, relative to its own mean, to avoid cancellation of large numbers. */
static void add_chunk(spread_sums *sums, const doctor_layer *layer, size_t images) {
    const float *y = layer->y.data;
    for (size_t position = 0; position < layer->values; position++) {
        double sum = 0, squares = 0, around = 0;
        for (size_t n = 0; n < images; n++) {
            const double value = (double)y[n * layer->values + position];
            sum += value;
            squares += value * value;
        }
        for (size_t n = 0; n < images; n++) {
            const double off = (double)y[n * layer->values + position] - sum / (double)images;
            around += off * off;
        }
        sums->within += around / (double)(images - 1);
        sums->size += squares / (double)images;
    }
    sums->positions += (double)layer->values;
}

/* Far outside what the next layer can correct; a float has 7 digits, so a spread below a millionth
 * of the size is rounding. */
#define WARN_LOW 1e-3
#define WARN_HIGH 1e2
#define FAIL_LOW 1e-6
#define FAIL_HIGH 1e4

static void judge(const session *session, cnn_finding *finding, double spread, double size) {
    const double share = size > 0 ? spread / size : 0;
    const char *name = finding->layer;
    snprintf(finding->value, sizeof finding->value, "%.2g", spread);
    finding_number(finding, "spread", spread);
    finding_number(finding, "size", size);
    finding_report(finding, "Images can be distinguished.",
                   "%s: outputs differ by %.2g from image to image", name, spread);
    if (!(spread <= FAIL_HIGH)) {
        finding->verdict = CNN_VERDICT_FAIL;
        finding->advice = "Outputs explode: smaller first weights, or pixels normalized.";
    } else if (spread > WARN_HIGH) {
        finding->verdict = CNN_VERDICT_WARN;
        finding->advice = "Outputs grow large: smaller first weights, or pixels normalized.";
    } else if (spread < FAIL_LOW || share < FAIL_LOW) {
        finding->verdict = CNN_VERDICT_FAIL;
        finding->advice = session_advice(
            session,
            "It gives every image the same answer: other first weights ({init} kaiming-normal "
            "keeps the spread), or fewer layers.",
            "It gives every image the same answer: begin anew from the network's text.");
    } else if (spread < WARN_LOW || share < WARN_LOW) {
        finding->verdict = CNN_VERDICT_WARN;
        finding->advice = session_advice(
            session, "The signal fades: {init} kaiming-normal keeps it through many layers.",
            "The signal fades: begin anew from the network's text, with {init} kaiming-normal.");
    }
}

static bool measure(session *session, spread_sums *sums, cnn_error *error) {
    for (size_t i = 0; i < session_examined(session); i += DOCTOR_CHUNK) {
        const size_t n = session_chunk(session, i);
        if (n < 2)
            break; /* a single image has no spread */
        if (!session_set(session, i, n, error))
            return false;
        cnn_model_forward(session->model);
        for (size_t l = 0; l < session->count; l++)
            if (l == 0 || session->layers[l].weights)
                add_chunk(&sums[l], &session->layers[l], n);
    }
    return true;
}

/* Images that hardly differ are not a layer's fault. */
static void judge_input(session *session, const spread_sums *sums) {
    const double share = sqrt(sums->within / sums->size);
    if (!(share < WARN_LOW) ||
        findings_worst(&session->findings, CNN_CHECK_IMAGES) == CNN_VERDICT_FAIL)
        return;
    cnn_finding *finding =
        findings_add(&session->findings, CNN_CHECK_IMAGES, NULL, CNN_VERDICT_FAIL);
    finding_number(finding, "spread", share);
    finding_report(finding, "Look at the image file: its images are almost equal.",
                   "the images differ by %.2g of their size", share);
}

bool doctor_spread(session *session, cnn_error *error) {
    spread_sums *sums = memory_new(session->count, sizeof *sums, error);
    if (!sums)
        return false;
    const bool measured = measure(session, sums, error);
    if (measured && sums[0].size > 0)
        judge_input(session, &sums[0]);
    for (size_t l = 1; measured && l < session->count; l++)
        if (sums[l].positions > 0)
            judge(session,
                  findings_add(&session->findings, CNN_CHECK_SPREAD, session->layers[l].info.name,
                               CNN_VERDICT_OK),
                  sqrt(sums[l].within / sums[l].positions), sqrt(sums[l].size / sums[l].positions));
    free(sums);
    return measured;
}
