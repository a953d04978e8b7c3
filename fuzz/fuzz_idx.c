/* Fuzzes IDX: the bytes as images, with as many labels as they need, and as labels of three
 * images. */
#include "harness.h"

#include <string.h>

enum { LABELS_MAX = 200 };

static const char NETWORK[] = "input 2x2x1\nflatten\ndense 4\n";
static const uint8_t IMAGES[16 + 12] = {0, 0, 8, 3, 0, 0,  0,   3,  0, 0, 0, 2,  0,  0,
                                        0, 2, 9, 8, 7, 66, 255, 50, 4, 3, 2, 10, 20, 30};

/* Made once and never freed, as only the parser is to be tested. */
static cnn_model *small_model(void) {
    static cnn_model *model;
    if (!model) {
        cnn_network *network = cnn_network_parse(NETWORK, sizeof NETWORK - 1, NULL);
        model = cnn_model_create(network, &harness_options, NULL);
        DEMAND(model);
        cnn_network_free(network);
    }
    return model;
}

/* Reads every pixel and label, and runs the model on sets that fit it. */
static void use(const cnn_dataset *set) {
    const cnn_dataset_info info = cnn_dataset_get_info(set);
    const cnn_normalization by = cnn_dataset_measure(set);
    cnn_score score;
    DEMAND(by.std > 0 && by.mean >= 0 && by.mean <= 1);
    for (size_t i = 0; i < info.images; i++)
        DEMAND(cnn_dataset_label_at(set, i) < info.classes);
    DEMAND(cnn_dataset_class_at(set, info.classes - 1)[0]);
    const bool fits = info.height == 2 && info.width == 2 && info.classes <= 4;
    DEMAND(cnn_model_evaluate(small_model(), set, &score, NULL, NULL) == fits);
}

static void read_both(const uint8_t *images, size_t images_size, const uint8_t *labels,
                      size_t labels_size, size_t classes) {
    cnn_error error;
    cnn_dataset *set =
        cnn_dataset_from_idx(images, images_size, labels, labels_size, classes, &error);
    if (set)
        use(set);
    else
        harness_refused(&error, images_size > labels_size ? images_size : labels_size);
    cnn_dataset_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t labels[8 + LABELS_MAX] = {0, 0, 8, 1};
    size_t count = 0;
    if (size >= 8)
        memcpy(labels + 4, data + 4, 4);
    if (size >= 8 && !data[4] && !data[5] && !data[6] && data[7] <= LABELS_MAX)
        count = data[7];
    small_model();
    harness_begin();
    read_both(data, size, labels, 8 + count, 1);
    read_both(IMAGES, sizeof IMAGES, data, size, 0);
    harness_end();
    return 0;
}
