/* Stops a small run in the middle and keeps its checkpoint in memory. */
#include "one_checkpoint.h"

#include "checkpoint.h"
#include "sample.h"

#include <stdlib.h>
#include <string.h>

uint8_t *one_checkpoint;
size_t one_checkpoint_size;
cnn_dataset *one_checkpoint_train, *one_checkpoint_test;

static bool stop(const cnn_progress *progress, void *context) {
    return progress->finished || cnn_run_get_info(*(cnn_run **)context).step != ONE_CHECKPOINT_STEP;
}

cnn_run *one_checkpoint_run(cnn_model *model, cnn_run **run, cnn_error *error) {
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    options.validation = (double)ONE_CHECKPOINT_HELD_OUT / ONE_CHECKPOINT_IMAGES;
    options.progress = stop;
    options.context = run;
    return *run = cnn_run_create(model, one_checkpoint_train, one_checkpoint_test, &options, error);
}

int one_checkpoint_make(void **state) {
    cnn_run *run;
    checkpoint_image image;
    (void)state;
    one_checkpoint_train = sample_dataset(ONE_CHECKPOINT_IMAGES, 1);
    one_checkpoint_test = sample_dataset(20, 2);
    cnn_model *model = sample_model(ONE_CHECKPOINT_BATCH, 1);
    if (!one_checkpoint_run(model, &run, NULL) || cnn_run_train(run, NULL, NULL) ||
        !cnn_run_set_note(run, "a note", NULL) || !checkpoint_build(&image, run, NULL))
        return -1;
    one_checkpoint = malloc(image.model.file.size);
    for (size_t i = 0; i < image.model.file.count; i++) {
        const file_part *part = &image.model.file.parts[i];
        if (part->size)
            memcpy(one_checkpoint + one_checkpoint_size, part->data, part->size);
        one_checkpoint_size += part->size;
    }
    checkpoint_release(&image);
    cnn_run_free(run);
    cnn_model_free(model);
    return 0;
}

int one_checkpoint_free(void **state) {
    (void)state;
    free(one_checkpoint);
    cnn_dataset_free(one_checkpoint_train);
    cnn_dataset_free(one_checkpoint_test);
    return 0;
}
