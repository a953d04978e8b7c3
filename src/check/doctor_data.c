/* Checks images and labels without a network. */
#include "doctor.h"
#include "memory.h"
#include "thousands.h"

#include <math.h>
#include <stdlib.h>

typedef struct class_counts {
    size_t classes, images, present, least, most, commonest, absent;
} class_counts;

static class_counts summarize(const size_t *counts, size_t classes, size_t images) {
    class_counts sum = {.classes = classes, .images = images, .least = images};
    for (size_t i = 0; i < classes; i++) {
        sum.present += counts[i] > 0;
        if (!counts[i])
            sum.absent = i;
        else if (counts[i] < sum.least)
            sum.least = counts[i];
        if (counts[i] > sum.most) {
            sum.most = counts[i];
            sum.commonest = i;
        }
    }
    return sum;
}

/* Ten times: from there Buda, Maki and Mazurowski ("A systematic study of the class imbalance
 * problem in convolutional neural networks", 2018) see a loss of accuracy. */
#define MOST_UNEVEN 10

static void judge_classes(cnn_finding *finding, const class_counts *sum, const char *commonest,
                          const char *absent) {
    const double share = (double)sum->most / (double)sum->images;
    finding_number(finding, "classes", (double)sum->classes);
    finding_number(finding, "present", (double)sum->present);
    finding_number(finding, "largest_share", share);
    finding_number(finding, "smallest_share", (double)sum->least / (double)sum->images);
    if (sum->present == 1) {
        finding->verdict = CNN_VERDICT_FAIL;
        finding_report(finding,
                       sum->classes == 1
                           ? "A network of one output cannot be wrong, nor learn."
                           : "Look into the label file: one answer is always right, and "
                             "nothing else is learned.",
                       "every one of %s is labeled %s", thousands(sum->images).text, commonest);
    } else if (sum->present < sum->classes) {
        finding->verdict = CNN_VERDICT_WARN;
        finding_report(
            finding,
            "Classes without images are never learned: add images, or give the last layer "
            "fewer outputs.",
            "%s of %s have no image, as %s", thousands(sum->classes - sum->present).text,
            thousands(sum->classes).text, absent);
    } else if (sum->most >= MOST_UNEVEN * sum->least) {
        finding->verdict = CNN_VERDICT_WARN;
        finding_report(finding,
                       "Rare classes will be overlooked: look at the accuracy of each class.",
                       "%s, the commonest, has %.2f %% of the images, the rarest %.2f %%",
                       commonest, 100 * share, 100 * (double)sum->least / (double)sum->images);
    } else {
        finding_report(finding, "None is rare.", "%s, the largest %.1f times the smallest",
                       thousands(sum->classes).text, (double)sum->most / (double)sum->least);
    }
}

bool doctor_classes(session *session, cnn_error *error) {
    const cnn_dataset_info info = cnn_dataset_get_info(session->images);
    size_t *counts = memory_new(info.classes, sizeof *counts, error);
    if (!counts)
        return false;
    for (size_t i = 0; i < info.images; i++)
        counts[cnn_dataset_label_at(session->images, i)]++;
    const class_counts sum = summarize(counts, info.classes, info.images);
    judge_classes(findings_add(&session->findings, CNN_CHECK_CLASSES, NULL, CNN_VERDICT_OK), &sum,
                  cnn_dataset_class_at(session->images, sum.commonest),
                  cnn_dataset_class_at(session->images, sum.absent));
    free(counts);
    return true;
}

/* The network's input. A layer's largest curvature grows with the mean square of its inputs, and
 * the largest rate that converges falls with it (LeCun, Bottou, Orr and Müller, "Efficient
 * BackProp", 1998): rates tolerate a factor of four, but not of a hundred. With inputs of one sign,
 * their mean larger than their deviation, all weights of a unit can only move up or down
 * together. */
#define WARN_POWER 4.0
#define FAIL_POWER 100.0
#define FOR_A_MODEL                                                                                \
    "The model keeps the normalization of its training; train anew for such images, from the "     \
    "network's text."

static bool beyond(double power, double times) {
    return power > times || power < 1 / times;
}

static void judge_pixels(const session *session, cnn_finding *finding, double mean, double std) {
    const double power = mean * mean + std * std;
    finding_number(finding, "mean", mean);
    finding_number(finding, "deviation", std);
    finding_report(finding, "As it should be.", "mean %.2f, deviation %.2f at the input", mean,
                   std);
    if (std < 1e-6) {
        finding->verdict = CNN_VERDICT_FAIL;
        finding_report(finding, "Look at the images: they do not differ.",
                       "every pixel is the same, %.3g", mean);
    } else if (beyond(power, FAIL_POWER)) {
        finding->verdict = CNN_VERDICT_FAIL;
        finding->advice = session_advice(session,
                                         "Normalize to mean 0, deviation 1: leave out {mean} and "
                                         "{deviation}, and they are measured.",
                                         FOR_A_MODEL);
    } else if (beyond(power, WARN_POWER) || fabs(mean) > 2 * std) {
        finding->verdict = CNN_VERDICT_WARN;
        finding->advice = session_advice(session,
                                         "Learning is quicker with mean 0, deviation 1: leave out "
                                         "{mean} and {deviation}, and they "
                                         "are measured.",
                                         FOR_A_MODEL);
    }
}

bool doctor_pixels(session *session, cnn_error *error) {
    const size_t values = session->layers[0].values;
    const float *x = session->layers[0].y.data;
    double sum = 0, squares = 0, count = 0;
    for (size_t i = 0; i < session_examined(session); i += DOCTOR_CHUNK) {
        const size_t n = session_chunk(session, i);
        if (!session_set(session, i, n, error))
            return false;
        for (size_t j = 0; j < n * values; j++) {
            sum += (double)x[j];
            squares += (double)x[j] * (double)x[j];
        }
        count += (double)(n * values);
    }
    const double mean = sum / count, variance = squares / count - mean * mean;
    judge_pixels(session, findings_add(&session->findings, CNN_CHECK_PIXELS, NULL, CNN_VERDICT_OK),
                 mean, sqrt(variance > 0 ? variance : 0));
    return true;
}
