/* Checks the order and width of the layers, for faults that no weights can compensate. */
#include "doctor.h"
#include "ipow.h"

/* The ReLU that limits the logits, or 0. A pool or a flatten after it keeps the sign; a pool rarely
 * finds only zeros. */
static size_t relu_before_loss(const session *session, bool *pooled) {
    for (size_t l = session->count - 1; l > 0; l--) {
        const cnn_layer_info *layer = &session->layers[l].info;
        if (layer->rectifies)
            return l;
        if (!layer->reshapes && !layer->pools)
            break;
        *pooled |= layer->pools;
    }
    return 0;
}

/* The first of the narrowest layers, without the logits; 0: none. */
static size_t narrowest(const session *session) {
    size_t last = session->count - 1, found = 0;
    while (last > 0 && !session->layers[last].weights)
        last--;
    for (size_t l = 1; l < last; l++)
        if (!found || session->layers[l].values < session->layers[found].values)
            found = l;
    return found;
}

/* The second of two layers with weights and no nonlinearity between them, or 0. */
static size_t without_relu(const session *session) {
    bool straight = false;
    for (size_t l = 1; l < session->count; l++) {
        const cnn_layer_info *layer = &session->layers[l].info;
        if (layer->linear && layer->weights && straight)
            return l;
        straight = layer->linear && (layer->weights || straight);
    }
    return 0;
}

static void report_relu(session *session, size_t l, bool pooled) {
    const char *name = session->layers[l].info.name;
    cnn_finding *finding = findings_add(&session->findings, CNN_CHECK_STRUCTURE, name,
                                        pooled ? CNN_VERDICT_WARN : CNN_VERDICT_FAIL);
    finding_report(finding,
                   "No class can be rated unlikely, and one that is 0 for every image is never "
                   "learned: leave out this last relu; softmax always follows.",
                   "%s is between the last weights and the loss", name);
}

/* Units that are on or off distinguish 2^units classes. FAIL only if a later check failed: a few
 * linear units can be enough (Wen et al., "A discriminative feature learning approach for deep face
 * recognition", 2016, separate ten digits with two). */
static void report_neck(session *session, size_t l) {
    const doctor_layer *layer = &session->layers[l];
    const size_t classes = cnn_network_class_count(session->network);
    const cnn_finding *worst = findings_cause(&session->findings);
    const bool suffers =
        worst && worst->verdict == CNN_VERDICT_FAIL && worst->check > CNN_CHECK_STRUCTURE;
    cnn_finding *finding = findings_add(&session->findings, CNN_CHECK_STRUCTURE, layer->info.name,
                                        suffers ? CNN_VERDICT_FAIL : CNN_VERDICT_WARN);
    finding_number(finding, "values", (double)layer->values);
    finding_number(finding, "classes", (double)classes);
    finding_report(finding, "All information about an image has to pass there: make it wider.",
                   "%s (%s) leaves %zu value%s per image to distinguish %zu classes",
                   layer->info.name, layer->info.text, layer->values, layer->values == 1 ? "" : "s",
                   classes);
}

static void report_sound(session *session) {
    const size_t l = without_relu(session);
    cnn_finding *finding =
        findings_add(&session->findings, CNN_CHECK_STRUCTURE, NULL, CNN_VERDICT_OK);
    if (l)
        finding_report(finding,
                       "Together they can do no more than one: a relu between them would help.",
                       "there is no activation between %s and the weights before it",
                       session->layers[l].info.name);
    else
        finding_report(finding, "The structure is sound.", "no layer is too narrow, no relu last");
}

bool doctor_structure(session *session, cnn_error *error) {
    (void)error;
    bool pooled = false;
    const size_t relu = relu_before_loss(session, &pooled), neck = narrowest(session);
    const bool narrow = neck && ipow(2, session->layers[neck].values) <
                                    (double)cnn_network_class_count(session->network);
    if (narrow)
        report_neck(session, neck);
    if (relu)
        report_relu(session, relu, pooled);
    if (!narrow && !relu)
        report_sound(session);
    return true;
}
