/* Fuzzes checkpoints: reads the bytes unchanged and with a corrected checksum, which random bytes
 * would never have, and resumes accepted ones for a step. */
#include "harness.h"

#include "checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* The images of the checkpoints in the corpus. */
static const cnn_dataset *images(void) {
    static const uint8_t PIXELS[6 * 4] = {9, 200, 7, 6, 100, 2, 1, 99, 8, 7, 50, 250,
                                          1, 2,   3, 4, 55,  6, 7, 88, 9, 0, 11, 12};
    static const uint32_t LABELS[6] = {0, 1, 0, 1, 1, 0};
    static cnn_dataset *set;
    if (!set)
        set = cnn_dataset_create(&(cnn_dataset_info){6, 2, 2, 1, 2}, PIXELS, LABELS, NULL);
    DEMAND(set);
    return set;
}

static bool stop(const cnn_progress *progress, void *context) {
    (void)progress, (void)context;
    return false;
}

/* Only a checkpoint of a run with these images can be resumed. */
static void go_on(const cnn_checkpoint *checkpoint, cnn_model *model) {
    cnn_error error;
    cnn_run *run = cnn_run_resume(checkpoint, model, images(), NULL, stop, NULL, &error);
    if (!run)
        DEMAND(error.message[0]);
    else if (!cnn_run_train(run, NULL, &error))
        DEMAND(error.status == CNN_STATUS_STOPPED || error.status == CNN_STATUS_NO_MEMORY);
    cnn_run_free(run);
}

static bool read_in(const uint8_t *bytes, size_t size) {
    cnn_error error;
    cnn_checkpoint *checkpoint = cnn_checkpoint_parse(bytes, size, &error);
    if (!checkpoint) {
        harness_refused(&error, size);
        return false;
    }
    cnn_model *model = cnn_checkpoint_model(checkpoint, &harness_options, &error);
    if (model) {
        harness_model(model);
        go_on(checkpoint, model);
    } else {
        DEMAND(error.message[0]);
    }
    cnn_model_free(model);
    cnn_checkpoint_free(checkpoint);
    return true;
}

/* The checksum is computed with zeros in its own place. */
static void set_checksum(uint8_t *bytes, size_t size) {
    char digits[CHECKPOINT_DIGITS + 1];
    memcpy(bytes + 8, CHECKPOINT_START, sizeof CHECKPOINT_START - 1);
    memset(bytes + CHECKPOINT_CRC_OFFSET, '0', CHECKPOINT_DIGITS);
    snprintf(digits, sizeof digits, "%08lx", crc32_z(0, bytes, size));
    memcpy(bytes + CHECKPOINT_CRC_OFFSET, digits, CHECKPOINT_DIGITS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    images();
    harness_begin();
    if (!read_in(data, size) && size > CHECKPOINT_CRC_OFFSET + CHECKPOINT_DIGITS) {
        uint8_t *copy = malloc(size);
        DEMAND(copy);
        memcpy(copy, data, size);
        set_checksum(copy, size);
        read_in(copy, size);
        free(copy);
    }
    harness_end();
    return 0;
}
