/* Checks the loss before the first step. Untrained weights should have the loss of a random guess:
 * every class has probability 1 / classes, and -ln of that is ln(classes). */
#include "doctor.h"
#include "explog.h"

/* In nats above ln(classes): the true class gets e^-2.3, a tenth, or e^-4.6, a hundredth, of its
 * probability in a random guess. Good initial weights may be one or two nats above: with
 * kaiming-normal the logits differ by about 1.5. */
#define WARN_ABOVE 2.3
#define FAIL_ABOVE 4.6

double session_guess(const session *session) {
    return portable_log((double)cnn_network_class_count(session->network));
}

bool session_knows(const session *session) {
    return session->trained_before && session->first_loss < 0.5 * session_guess(session);
}

static void judge(const session *session, cnn_finding *finding) {
    const size_t classes = cnn_network_class_count(session->network);
    const double guess = session_guess(session), loss = session->first_loss;
    finding_number(finding, "loss", loss);
    finding_number(finding, "guess", guess);
    finding_report(finding, "As it should begin.", "%.3f; a guess costs ln %zu = %.3f", loss,
                   classes, guess);
    if (!(loss - guess <= FAIL_ABOVE)) {
        finding->verdict = CNN_VERDICT_FAIL;
        finding->advice = session_advice(
            session,
            "It is sure of wrong answers before it has seen anything: the pixels or the first "
            "weights are too large.",
            "It is sure of wrong answers: it was trained on other images or labels, or its weights "
            "are too large.");
    } else if (loss - guess > WARN_ABOVE) {
        finding->verdict = CNN_VERDICT_WARN;
        finding->advice = session_advice(
            session,
            "It has opinions before it has seen anything: smaller first weights ({init} pytorch) "
            "begin nearer to a guess.",
            "It was trained on other images or labels: check that {data} is right for it.");
    } else if (session_knows(session)) {
        finding->advice = "These weights are trained.";
    } else if (!session->trained_before && loss < 0.5 * guess) {
        finding->verdict = CNN_VERDICT_WARN;
        finding->advice = "New weights cannot know the answer: most labels are probably one class.";
    }
}

bool session_loss(session *session, double *loss, cnn_error *error) {
    const size_t images = session_examined(session);
    double sum = 0;
    for (size_t i = 0; i < images; i += DOCTOR_CHUNK) {
        const size_t n = session_chunk(session, i);
        if (!session_set(session, i, n, error))
            return false;
        cnn_model_forward(session->model);
        sum += (double)n * cnn_model_loss(session->model);
    }
    *loss = sum / (double)images;
    return true;
}

bool doctor_first_loss(session *session, cnn_error *error) {
    if (!session_loss(session, &session->first_loss, error))
        return false;
    judge(session, findings_add(&session->findings, CNN_CHECK_LOSS, NULL, CNN_VERDICT_OK));
    return true;
}
