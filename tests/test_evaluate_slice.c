/* A data set evaluated in slices has the score of all of it, to the last bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sample.h"

#include <math.h>
#include <string.h>

enum { IMAGES = 997, CLASSES = 4, CELLS = CLASSES * CLASSES };

/* The images of the task with every seventh label wrong: a trained model has losses of many
 * sizes there, so that the order of their sum matters. */
static cnn_dataset *mislabeled(void) {
    cnn_dataset *data = sample_dataset(IMAGES, 5);
    const cnn_dataset_info info = cnn_dataset_get_info(data);
    uint32_t labels[IMAGES];
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (uint32_t)((i + (i % 7 == 0)) % CLASSES);
    cnn_dataset *wrong = cnn_dataset_create(&info, cnn_dataset_image_at(data, 0), labels, NULL);
    cnn_dataset_free(data);
    return wrong;
}

static cnn_model *trained(size_t batch_size, size_t threads) {
    cnn_model *model = sample_model(batch_size, threads);
    cnn_dataset *data = sample_dataset(IMAGES, 6);
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    options.optimizer.lr = 0.03;
    assert_true(cnn_train(model, data, NULL, &options, NULL, NULL));
    cnn_dataset_free(data);
    return model;
}

static void assert_same(const cnn_score *a, const cnn_score *b) {
    assert_int_equal(a->images, b->images);
    assert_int_equal(a->correct, b->correct);
    assert_true(a->loss == b->loss && a->loss_sum == b->loss_sum && a->accuracy == b->accuracy);
}

static void slices_make_the_whole(void **state) {
    static const size_t LENGTHS[] = {1, 7, 64, 200, IMAGES - 1, IMAGES};
    cnn_dataset *data = mislabeled();
    (void)state;
    for (size_t threads = 1; threads <= 3; threads += 2) {
        cnn_model *model = trained(16, threads);
        cnn_score whole, score;
        size_t expected[CELLS], confusion[CELLS];
        assert_true(cnn_model_evaluate(model, data, &whole, expected, NULL));
        for (size_t l = 0; l < sizeof LENGTHS / sizeof *LENGTHS; l++) {
            score = (cnn_score){0};
            memset(confusion, 0, sizeof confusion);
            for (size_t first = 0; first < IMAGES; first += LENGTHS[l]) {
                const size_t left = IMAGES - first, count = left < LENGTHS[l] ? left : LENGTHS[l];
                assert_true(
                    cnn_model_evaluate_slice(model, data, first, count, &score, confusion, NULL));
                assert_int_equal(score.images, first + count);
            }
            assert_same(&score, &whole);
            assert_memory_equal(confusion, expected, sizeof confusion);
        }
        cnn_model_free(model);
    }
    cnn_dataset_free(data);
}

/* After each slice the score is that of the images so far. */
static void a_part_is_a_score(void **state) {
    cnn_dataset *data = mislabeled(), *part = mislabeled();
    cnn_score score = {0}, alone;
    (void)state;
    assert_true(cnn_dataset_truncate(part, 30, NULL));
    cnn_model *model = trained(8, 1);
    assert_true(cnn_model_evaluate(model, part, &alone, NULL, NULL));
    assert_true(cnn_model_evaluate_slice(model, data, 0, 13, &score, NULL, NULL));
    assert_true(cnn_model_evaluate_slice(model, data, 13, 17, &score, NULL, NULL));
    assert_same(&score, &alone);
    /* As after every evaluation, no batch is set. */
    cnn_tensor labels;
    assert_true(cnn_model_tensor(model, "labels", &labels, NULL));
    assert_int_equal(labels.shape[0], 0);
    cnn_model_free(model);
    cnn_dataset_free(part);
    cnn_dataset_free(data);
}

/* After a loss of NaN the score stays NaN. */
static void no_number_stays_none(void **state) {
    cnn_dataset *data = sample_dataset(20, 5);
    cnn_model *model = sample_model(8, 1);
    cnn_score score = {0};
    (void)state;
    sample_set(model, "fc2.bias", 0, NAN);
    assert_true(cnn_model_evaluate_slice(model, data, 0, 10, &score, NULL, NULL));
    assert_true(isnan(score.loss) && isnan(score.accuracy));
    sample_set(model, "fc2.bias", 0, 0);
    assert_true(cnn_model_evaluate_slice(model, data, 10, 10, &score, NULL, NULL));
    assert_true(isnan(score.loss) && isnan(score.accuracy) && score.images == 20);
    cnn_model_free(model);
    cnn_dataset_free(data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_make_the_whole),
        cmocka_unit_test(a_part_is_a_score),
        cmocka_unit_test(no_number_stays_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
