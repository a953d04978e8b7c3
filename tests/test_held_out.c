/* A separate validation part: images after those that are trained on, in runs and checkpoints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "allocations.h"
#include "checkpoint.h"
#include "fixture.h"
#include "sample.h"

enum { TRAINED = 60, HELD = 20, BATCH = 16, EPOCHS = 4, STEPS = 4 * EPOCHS };

static cnn_dataset *joined(void) {
    cnn_dataset *all = sample_dataset(TRAINED, 1), *held = sample_dataset(HELD, 2);
    assert_true(cnn_dataset_append(all, held, NULL));
    cnn_dataset_free(held);
    return all;
}

static void appended_images_lie_behind(void **state) {
    (void)state;
    cnn_dataset *all = joined(), *first = sample_dataset(TRAINED, 1),
                *held = sample_dataset(HELD, 2);
    assert_int_equal(cnn_dataset_get_info(all).images, TRAINED + HELD);
    for (size_t i = 0; i < TRAINED + HELD; i++) {
        const cnn_dataset *from = i < TRAINED ? first : held;
        const size_t at = i < TRAINED ? i : i - TRAINED;
        assert_memory_equal(cnn_dataset_image_at(all, i), cnn_dataset_image_at(from, at), 64);
        assert_int_equal(cnn_dataset_label_at(all, i), cnn_dataset_label_at(from, at));
    }
    /* Images cut off are out of sight here too; a set may be appended to itself. */
    assert_true(cnn_dataset_truncate(held, 3, NULL));
    assert_true(cnn_dataset_append(held, held, NULL));
    assert_int_equal(cnn_dataset_get_info(held).images, 6);
    assert_memory_equal(cnn_dataset_image_at(held, 5), cnn_dataset_image_at(held, 2), 64);
    cnn_dataset_free(all);
    cnn_dataset_free(first);
    cnn_dataset_free(held);
}

static void what_does_not_fit_is_not_appended(void **state) {
    (void)state;
    static const cnn_dataset_info others[] = {
        {1, 4, 8, 1, 4}, {1, 8, 4, 1, 4}, {1, 8, 8, 3, 4}, {1, 8, 8, 1, 5}};
    static const uint8_t pixels[8 * 8 * 3];
    static const uint32_t label;
    cnn_dataset *set = sample_dataset(2, 1);
    cnn_error error;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        cnn_dataset *other = cnn_dataset_create(&others[i], pixels, &label, NULL);
        assert_false(cnn_dataset_append(set, other, &error));
        assert_int_equal(error.status, CNN_STATUS_BAD_ARGUMENT);
        cnn_dataset_free(other);
    }
    for (size_t n = 0; n < 4; n++) {
        allocations_fail(n, false);
        const bool done = cnn_dataset_append(set, set, &error);
        allocations_succeed();
        assert_false(done);
        assert_int_equal(error.status, CNN_STATUS_NO_MEMORY);
        assert_int_equal(cnn_dataset_get_info(set).images, 2);
    }
    cnn_dataset_free(set);
}

/* ------------------------------------------------------------------------------------- a run */

typedef struct walk {
    cnn_run *run;
    cnn_model *model;
    size_t stop_at;
} walk;

static bool stop(const cnn_progress *progress, void *context) {
    const walk *walk = context;
    return progress->finished || cnn_run_get_info(walk->run).step != walk->stop_at;
}

static cnn_train_options options_of(walk *walk, size_t held_out) {
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    options.epochs = EPOCHS;
    options.held_out = held_out;
    options.progress = stop;
    options.context = walk;
    return options;
}

static void begin(walk *walk, const cnn_dataset *set, size_t held_out) {
    const cnn_train_options options = options_of(walk, held_out);
    walk->model = sample_model(BATCH, 1);
    walk->run = cnn_run_create(walk->model, set, NULL, &options, NULL);
    assert_non_null(walk->run);
}

static void end(walk *walk) {
    cnn_run_free(walk->run);
    cnn_model_free(walk->model);
}

static size_t size_of(const walk *walk) {
    return cnn_network_parameter_count(cnn_model_network(walk->model)) * sizeof(float);
}

/* As if the others did not exist, but measured. */
static void the_last_are_held_out(void **state) {
    (void)state;
    cnn_dataset *all = joined(), *first = sample_dataset(TRAINED, 1),
                *held = sample_dataset(HELD, 2);
    walk a = {.stop_at = 0}, b = {.stop_at = 0};
    cnn_score score;
    begin(&a, all, HELD);
    begin(&b, first, 0);
    assert_int_equal(cnn_run_get_info(a.run).held_out, HELD);
    assert_int_equal(cnn_run_get_info(a.run).total, TRAINED);
    assert_true(cnn_run_train(a.run, NULL, NULL) && cnn_run_train(b.run, NULL, NULL));
    assert_memory_equal(a.model->parameters, b.model->parameters, size_of(&a));
    assert_true(cnn_model_evaluate(b.model, held, &score, NULL, NULL));
    assert_true(cnn_run_history(a.run)[EPOCHS - 1].validation_loss == score.loss);
    end(&a);
    end(&b);
    cnn_dataset_free(all);
    cnn_dataset_free(first);
    cnn_dataset_free(held);
}

static void what_cannot_be_held_out(void **state) {
    (void)state;
    cnn_dataset *all = joined();
    cnn_error error;
    walk walk = {.model = sample_model(BATCH, 1)};
    static const size_t counts[] = {TRAINED + HELD, TRAINED + HELD + 1, SIZE_MAX, HELD};
    for (size_t i = 0; i < 4; i++) {
        cnn_train_options options = options_of(&walk, counts[i]);
        options.validation = i == 3 ? 0.25 : 0;
        assert_null(cnn_run_create(walk.model, all, NULL, &options, &error));
        assert_int_equal(error.status, CNN_STATUS_BAD_ARGUMENT);
        assert_non_null(strstr(error.message, "of 80 images held out"));
    }
    cnn_model_free(walk.model);
    cnn_dataset_free(all);
}

/* ------------------------------------------------------------------------------ its checkpoint */

static cnn_checkpoint *saved(fixture *fixture, const walk *walk) {
    if (!cnn_run_save(walk->run, fixture_path(fixture, "run"), &fixture->error))
        fail_msg("%s", fixture->error.message);
    cnn_checkpoint *checkpoint = cnn_checkpoint_load(fixture_path(fixture, "run"), &fixture->error);
    if (!checkpoint)
        fail_msg("%s", fixture->error.message);
    return checkpoint;
}

static void stopped_anywhere_it_ends_the_same(void **state) {
    fixture *fixture = *state;
    cnn_dataset *all = joined();
    walk whole = {.stop_at = 0};
    begin(&whole, all, HELD);
    assert_true(cnn_run_train(whole.run, NULL, NULL));
    for (size_t step = 1; step < STEPS; step++) {
        walk part = {.stop_at = step};
        begin(&part, all, HELD);
        assert_false(cnn_run_train(part.run, NULL, NULL));
        cnn_checkpoint *checkpoint = saved(fixture, &part);
        end(&part);
        assert_int_equal(cnn_checkpoint_options(checkpoint).held_out, HELD);
        part = (walk){.model = cnn_checkpoint_model(checkpoint, NULL, NULL)};
        part.run = cnn_run_resume(checkpoint, part.model, all, NULL, stop, &part, NULL);
        cnn_checkpoint_free(checkpoint);
        assert_true(cnn_run_train(part.run, NULL, NULL));
        assert_memory_equal(whole.model->parameters, part.model->parameters, size_of(&part));
        for (size_t i = 0; i < EPOCHS; i++)
            assert_true(cnn_run_history(part.run)[i].validation_loss ==
                        cnn_run_history(whole.run)[i].validation_loss);
        end(&part);
    }
    end(&whole);
    cnn_dataset_free(all);
}

/* Files from before the key existed equal those of runs that do not use it. */
static void without_it_files_are_as_they_were(void **state) {
    fixture *fixture = *state;
    cnn_dataset *all = joined();
    for (size_t held = 0; held <= HELD; held += HELD) {
        walk walk = {.stop_at = 3};
        begin(&walk, all, held);
        assert_false(cnn_run_train(walk.run, NULL, NULL));
        cnn_checkpoint *checkpoint = saved(fixture, &walk);
        const char *text = safetensors_metadata(&checkpoint->file, "run.held_out");
        assert_true(held ? text && !strcmp(text, "20") : !text);
        cnn_checkpoint_free(checkpoint);
        end(&walk);
    }
    cnn_dataset_free(all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appended_images_lie_behind),
        cmocka_unit_test(what_does_not_fit_is_not_appended),
        cmocka_unit_test(the_last_are_held_out),
        cmocka_unit_test(what_cannot_be_held_out),
        cmocka_unit_test_setup_teardown(stopped_anywhere_it_ends_the_same, fixture_create,
                                        fixture_remove),
        cmocka_unit_test_setup_teardown(without_it_files_are_as_they_were, fixture_create,
                                        fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
