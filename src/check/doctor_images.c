/* Checks whether images are distinct, and whether equal ones have equal labels. */
#include "doctor.h"
#include "memory.h"
#include "thousands.h"

#include <stdlib.h>
#include <string.h>

/* If there are more images, this many are drawn by seed. */
#define MOST_IMAGES 100000
/* If equal images have different labels, all but the most common label are wrong, whatever is
 * learned: 1 % is as many errors as a good network makes on MNIST; a quarter leaves little. */
#define WARN_SHARE 0.01
#define FAIL_SHARE 0.25
/* More than half are copies. */
#define WARN_COPIES 0.5

/* An image by the hash of its pixels: in one of 10^9 sets of 100,000 different images two share
 * one. */
typedef struct image_print {
    uint64_t hash;
    size_t label;
} image_print;

typedef struct image_counts {
    size_t images, different, contradicted;
} image_counts;

/* FNV-1a of Fowler, Noll and Vo over words of eight bytes, with high bits mixed into the low
 * ones. */
static uint64_t hash_of(const uint8_t *bytes, size_t size) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < size; i += sizeof hash) {
        uint64_t word = 0;
        memcpy(&word, bytes + i, size - i < sizeof word ? size - i : sizeof word);
        hash = (hash ^ word) * 0x100000001b3u;
        hash ^= hash >> 32;
    }
    return hash;
}

static int compare(const void *a, const void *b) {
    const image_print *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->label < y->label ? -1 : x->label > y->label;
}

/* Equal images are adjacent, and among them equal labels. */
static image_counts count(const image_print *prints, size_t images) {
    image_counts counts = {.images = images};
    for (size_t first = 0, next; first < images; first = next) {
        size_t most = 0, run = 0;
        for (next = first; next < images && prints[next].hash == prints[first].hash; next++) {
            run = next > first && prints[next].label == prints[next - 1].label ? run + 1 : 1;
            most = run > most ? run : most;
        }
        counts.different++;
        counts.contradicted += next - first - most;
    }
    return counts;
}

static void judge_contradicted(cnn_finding *finding, const image_counts *counts) {
    const double share = (double)counts->contradicted / (double)counts->images;
    finding->verdict = share >= FAIL_SHARE ? CNN_VERDICT_FAIL : CNN_VERDICT_WARN;
    finding_report(finding,
                   "Same pixels, different labels: no network is right about both. Look for blank "
                   "images, and for files copied into several classes.",
                   "%s of %s equal another image and contradict its label",
                   thousands(counts->contradicted).text, thousands(counts->images).text);
}

static void judge(cnn_finding *finding, const image_counts *counts) {
    const double images = (double)counts->images;
    finding_number(finding, "images", images);
    finding_number(finding, "different", (double)counts->different);
    finding_number(finding, "contradicted", (double)counts->contradicted);
    finding_report(finding, "Equal ones have equal labels.", "%s of %s are different",
                   thousands(counts->different).text, thousands(counts->images).text);
    if (counts->different == 1 && counts->images > 1) {
        finding->verdict = CNN_VERDICT_FAIL;
        finding_report(finding, "Look at the image file: its images do not differ.",
                       "all %s images are the same", thousands(counts->images).text);
    } else if ((double)counts->contradicted >= WARN_SHARE * images) {
        judge_contradicted(finding, counts);
    } else if ((double)counts->different < (1 - WARN_COPIES) * images) {
        finding->verdict = CNN_VERDICT_WARN;
        finding->advice = "Copies teach nothing new, and a test on copies of training images shows "
                          "nothing: look for repeated files.";
    }
}

bool doctor_images(session *session, cnn_error *error) {
    const cnn_dataset_info info = cnn_dataset_get_info(session->images);
    const size_t images = info.images < MOST_IMAGES ? info.images : MOST_IMAGES;
    image_print *prints = memory_new(images, sizeof *prints, error);
    if (!prints)
        return false;
    for (size_t i = 0; i < images; i++) {
        const size_t index = session->order[i];
        prints[i].hash = hash_of(cnn_dataset_image_at(session->images, index),
                                 info.height * info.width * info.channels);
        prints[i].label = cnn_dataset_label_at(session->images, index);
    }
    qsort(prints, images, sizeof *prints, compare);
    const image_counts counts = count(prints, images);
    free(prints);
    judge(findings_add(&session->findings, CNN_CHECK_IMAGES, NULL, CNN_VERDICT_OK), &counts);
    return true;
}
