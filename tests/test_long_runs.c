/* Runs of more steps than 32 bits count: their checkpoints are read back, wherever they are
 * written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checkpoint.h"
#include "fixture.h"
#include "sample.h"

#include <stdlib.h>
#include <string.h>

/* With a batch of one image, EPOCHS epochs are more than 2^32 steps. */
enum { IMAGES = 65536, EPOCHS = 65537 };

static cnn_dataset *tiny_images(void) {
    const cnn_dataset_info info = {IMAGES, 1, 1, 1, 2};
    uint8_t *bytes = calloc(IMAGES, 1);
    uint32_t *labels = calloc(IMAGES, sizeof *labels);
    cnn_dataset *images = cnn_dataset_create(&info, bytes, labels, NULL);
    assert_non_null(images);
    free(bytes);
    free(labels);
    return images;
}

static cnn_model *tiny_model(void) {
    static const char text[] = "input 1x1\nflatten\ndense 2\n";
    cnn_network *network = cnn_network_parse(text, strlen(text), NULL);
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.batch_size = options.threads = 1;
    cnn_model *model = cnn_model_create(network, &options, NULL);
    assert_non_null(model);
    cnn_network_free(network);
    return model;
}

/* As if it had taken all these steps. */
static void put_behind(cnn_run *run) {
    assert_true(run_reserve(run, EPOCHS, NULL));
    run->progress.epoch = EPOCHS;
    run->trainer->steps = (uint64_t)IMAGES * EPOCHS;
}

static void more_than_32_bits_of_steps(void **state) {
    fixture *here = *state;
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    options.epochs = 4000000000u;
    options.schedule.kind = CNN_SCHEDULE_COSINE;
    cnn_dataset *images = tiny_images();
    cnn_model *model = tiny_model();
    cnn_run *run = cnn_run_create(model, images, NULL, &options, &here->error);
    assert_non_null(run);
    put_behind(run);
    assert_true(run->trainer->schedule.total_steps == 4000000000u * (uint64_t)IMAGES);
    assert_true(cnn_run_save(run, fixture_path(here, "long"), &here->error));
    cnn_checkpoint *read = cnn_checkpoint_load(fixture_path(here, "long"), &here->error);
    if (!read)
        fail_msg("%s", here->error.message);
    cnn_run *resumed = cnn_run_resume(read, model, images, NULL, NULL, NULL, &here->error);
    assert_non_null(resumed);
    assert_true(cnn_run_get_info(resumed).step == 4295032832u);
    cnn_run_free(resumed);
    cnn_checkpoint_free(read);
    cnn_run_free(run);
    cnn_model_free(model);
    cnn_dataset_free(images);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(more_than_32_bits_of_steps, fixture_create, fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
