/* The loss before the first step. New weights know nothing, so it should be that of a guess among
 * all classes: every class has probability 1 / classes, and -ln of that is ln(classes). */
#include "doctor.h"

#include <math.h>

/* In nats above ln(classes): the truth gets e^-2.3, a tenth, or e^-4.6, a hundredth, of the
 * probability that a guess gives it. Sound first weights may be one or two nats above:
 * kaiming-normal makes the logits differ by about 1.5. */
#define SUSPECT_ABOVE 2.3
#define ILL_ABOVE 4.6

double patient_guess(const doctor_patient *patient) {
    return log((double)cnn_network_classes(patient->network));
}

bool patient_knows(const doctor_patient *patient) {
    return patient->trained_before && patient->first_loss < 0.5 * patient_guess(patient);
}

static void judge(const doctor_patient *patient, doctor_finding *finding) {
    const size_t classes = cnn_network_classes(patient->network);
    const double guess = patient_guess(patient), loss = patient->first_loss;
    finding_number(finding, "loss", loss);
    finding_number(finding, "guess", guess);
    finding_say(finding, "As it should begin.", "%.3f; a guess costs ln %zu = %.3f", loss, classes,
                guess);
    if (!(loss - guess <= ILL_ABOVE)) {
        finding->verdict = DOCTOR_ILL;
        finding->advice = patient_advice(
            patient,
            "It is sure of wrong answers before it has seen anything: the pixels or the first "
            "weights are too large.",
            "It is sure of wrong answers: it has learnt from other images or labels, or its "
            "weights are too large.");
    } else if (loss - guess > SUSPECT_ABOVE) {
        finding->verdict = DOCTOR_SUSPECT;
        finding->advice = patient_advice(
            patient,
            "It has opinions before it has seen anything: smaller first weights (--init pytorch) "
            "begin nearer to a guess.",
            "It has learnt from other images or labels: look whether --data is what it is for.");
    } else if (patient_knows(patient)) {
        finding->advice = "These weights have learnt already.";
    } else if (!patient->trained_before && loss < 0.5 * guess) {
        finding->verdict = DOCTOR_SUSPECT;
        finding->advice = "New weights cannot know the answer: most labels are probably one class.";
    }
}

bool patient_loss(doctor_patient *patient, double *loss, cnn_error *error) {
    const size_t images = patient_examined(patient);
    double sum = 0;
    for (size_t i = 0; i < images; i += DOCTOR_CHUNK) {
        const size_t n = patient_chunk(patient, i);
        if (!patient_set(patient, i, n, error))
            return false;
        cnn_model_forward(patient->model);
        sum += (double)n * cnn_model_loss(patient->model);
    }
    *loss = sum / (double)images;
    return true;
}

bool doctor_first_loss(doctor_patient *patient, cnn_error *error) {
    if (!patient_loss(patient, &patient->first_loss, error))
        return false;
    judge(patient, findings_add(&patient->findings, CHECK_LOSS, NULL, DOCTOR_HEALTHY));
    return true;
}
