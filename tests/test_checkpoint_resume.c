/* Resuming from a checkpoint: only with the images and options it began with; and saving without
 * memory or with invalid arguments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "fixture.h"
#include "one_checkpoint.h"
#include "sample.h"

enum { BATCH = ONE_CHECKPOINT_BATCH, IMAGES = ONE_CHECKPOINT_IMAGES };

static void resume_refused(cnn_model *model, const cnn_dataset *train, const cnn_dataset *test,
                           const char *reason) {
    cnn_error error;
    cnn_checkpoint *checkpoint = cnn_checkpoint_parse(one_checkpoint, one_checkpoint_size, NULL);
    cnn_tensor weights;
    assert_true(cnn_model_tensor(model, "fc1.bias", &weights, NULL));
    const float before = *(const float *)weights.data;
    assert_null(cnn_run_resume(checkpoint, model, train, test, NULL, NULL, &error));
    assert_string_equal(error.message, reason);
    assert_true(*(const float *)weights.data == before);
    cnn_checkpoint_free(checkpoint);
}

static void test_other_images(void **state) {
    cnn_dataset *other = sample_dataset(IMAGES, 3), *fewer = sample_dataset(IMAGES - 1, 1);
    cnn_dataset *other_test = sample_dataset(20, 3);
    cnn_model *model = sample_model(BATCH, 1), *larger = sample_model(BATCH + 1, 1);
    (void)state;
    resume_refused(model, other, one_checkpoint_test,
                   "the training images are not those the run began with");
    resume_refused(model, fewer, one_checkpoint_test,
                   "these are 59 training images, the run began with 60");
    resume_refused(model, one_checkpoint_train, other_test,
                   "the test images are not those the run began with");
    resume_refused(model, one_checkpoint_train, NULL,
                   "these are 0 test images, the run began with 20");
    resume_refused(larger, one_checkpoint_train, one_checkpoint_test,
                   "the model takes batches of 17, the run's are of 16");
    cnn_dataset_free(other);
    cnn_dataset_free(fewer);
    cnn_dataset_free(other_test);
    cnn_model_free(model);
    cnn_model_free(larger);
}

static void test_other_labels(void **state) {
    const cnn_dataset_info info = {IMAGES, 8, 8, 1, 4};
    uint32_t labels[IMAGES];
    (void)state;
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (uint8_t)cnn_dataset_label_at(one_checkpoint_train, i);
    labels[17] ^= 1;
    cnn_dataset *other =
        cnn_dataset_create(&info, cnn_dataset_image_at(one_checkpoint_train, 0), labels, NULL);
    cnn_model *model = sample_model(BATCH, 1);
    resume_refused(model, other, one_checkpoint_test,
                   "the training labels are not those the run began with");
    cnn_dataset_free(other);
    cnn_model_free(model);
}

static void test_other_network(void **state) {
    const char *text = "input 8x8x1\nflatten\ndense 4\n";
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    cnn_network *network = cnn_network_parse(text, strlen(text), NULL);
    cnn_error error;
    (void)state;
    options.batch_size = BATCH;
    cnn_model *model = cnn_model_create(network, &options, NULL);
    cnn_checkpoint *checkpoint = cnn_checkpoint_parse(one_checkpoint, one_checkpoint_size, NULL);
    assert_null(cnn_run_resume(checkpoint, model, one_checkpoint_train, one_checkpoint_test, NULL,
                               NULL, &error));
    assert_string_equal(error.message, "the model has another network");
    cnn_checkpoint_free(checkpoint);
    cnn_model_free(model);
    cnn_network_free(network);
}

static cnn_model *sample_with(const cnn_normalization *by) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    cnn_network *network = sample_network();
    options.batch_size = BATCH;
    options.normalization = *by;
    cnn_model *model = cnn_model_create(network, &options, NULL);
    cnn_network_free(network);
    return model;
}

/* Everything that decides how the model sees images, and what its file says. */
static void test_other_treatment(void **state) {
    cnn_model *mean = sample_with(&(cnn_normalization){0.5f, 0.3081f});
    cnn_model *std = sample_with(&(cnn_normalization){0.1307f, 0.5f});
    cnn_model *names = sample_model(BATCH, 1), *form = sample_model(BATCH, 1);
    (void)state;
    assert_true(cnn_model_set_class(names, 2, "two", NULL));
    assert_true(cnn_model_set_preprocessing(form, CNN_PREPROCESSING_MNIST, NULL));
    resume_refused(mean, one_checkpoint_train, one_checkpoint_test,
                   "the model normalizes by 0.5 and 0.3081, the run by 0.1307 and 0.3081");
    resume_refused(std, one_checkpoint_train, one_checkpoint_test,
                   "the model normalizes by 0.1307 and 0.5, the run by 0.1307 and 0.3081");
    resume_refused(names, one_checkpoint_train, one_checkpoint_test,
                   "the model calls class 2 \"two\", the run \"2\"");
    resume_refused(form, one_checkpoint_train, one_checkpoint_test,
                   "the model is for images in MNIST's form, the run is not");
    cnn_model_free(mean);
    cnn_model_free(std);
    cnn_model_free(names);
    cnn_model_free(form);
}

/* A run whose numbers are not finite leaves the earlier checkpoint alone. */
static void test_diverged_run_is_not_saved(void **state) {
    cnn_run *run;
    cnn_error error;
    size_t size;
    cnn_model *model = sample_model(BATCH, 1);
    one_checkpoint_run(model, &run, NULL);
    assert_true(cnn_run_save(run, fixture_path(*state, "run"), NULL));
    uint8_t *before = fixture_read(*state, "run", &size);
    sample_set(model, "fc1.bias", 0, NAN);
    assert_false(cnn_run_save(run, fixture_path(*state, "run"), &error));
    assert_non_null(strstr(error.message, "the run has diverged: fc1.bias"));
    assert_non_null(strstr(error.file, "run"));
    size_t now;
    uint8_t *after = fixture_read(*state, "run", &now);
    assert_int_equal(now, size);
    assert_memory_equal(before, after, size);
    assert_int_equal(fixture_files(*state), 1);
    free(before);
    free(after);
    cnn_run_free(run);
    cnn_model_free(model);
}

static void test_notes_are_lines(void **state) {
    cnn_run *run;
    cnn_error error;
    cnn_model *model = sample_model(BATCH, 1);
    (void)state;
    one_checkpoint_run(model, &run, NULL);
    assert_true(cnn_run_set_note(run, "first", &error) && cnn_run_set_note(run, NULL, &error));
    assert_false(cnn_run_set_note(run, "two\nlines", &error));
    assert_false(cnn_run_set_note(run, "no UTF-8: \xff", &error));
    assert_string_equal(error.message, "the note is no line of text");
    cnn_run_free(run);
    cnn_model_free(model);
}

/* -------------------------------------------------------------------------------- out of memory */

static bool save_once(cnn_error *error) {
    cnn_run *run = NULL;
    cnn_model *model = sample_model(BATCH, 1);
    if (!model)
        return error_set(error, CNN_STATUS_NO_MEMORY, "no model");
    const bool ok = one_checkpoint_run(model, &run, error) &&
                    cnn_run_set_note(run, "note", error) && cnn_run_save(run, "/dev/null", error);
    cnn_run_free(run);
    cnn_model_free(model);
    return ok;
}

static bool resume_once(cnn_error *error) {
    cnn_checkpoint *checkpoint = cnn_checkpoint_parse(one_checkpoint, one_checkpoint_size, error);
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    options.threads = 1;
    cnn_model *model = checkpoint ? cnn_checkpoint_model(checkpoint, &options, error) : NULL;
    cnn_run *run = model ? cnn_run_resume(checkpoint, model, one_checkpoint_train,
                                          one_checkpoint_test, NULL, NULL, error)
                         : NULL;
    const bool ok = run != NULL;
    cnn_run_free(run);
    cnn_model_free(model);
    cnn_checkpoint_free(checkpoint);
    return ok;
}

static void test_every_request_may_fail(void **state) {
    (void)state;
    fixture_survives(save_once, 100);
    fixture_survives(resume_once, 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_other_images),
        cmocka_unit_test(test_other_labels),
        cmocka_unit_test(test_other_network),
        cmocka_unit_test(test_other_treatment),
        cmocka_unit_test_setup_teardown(test_diverged_run_is_not_saved, fixture_create,
                                        fixture_remove),
        cmocka_unit_test(test_notes_are_lines),
        cmocka_unit_test(test_every_request_may_fail),
    };
    return cmocka_run_group_tests(tests, one_checkpoint_make, one_checkpoint_free);
}
