/* Impossible numbers in every count, size and real number of the public interface: zero, the
 * largest, NaN and infinities. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calls.h"
#include "fixture.h"
#include "sample.h"

#include <math.h>
#include <string.h>

static const size_t HUGE_COUNTS[] = {SIZE_MAX, SIZE_MAX - 63, SIZE_MAX / 2, SIZE_MAX / 2 + 1};
#define EACH_HUGE(n)                                                                               \
    for (const size_t *n = HUGE_COUNTS; n < HUGE_COUNTS + sizeof HUGE_COUNTS / sizeof *n; n++)

/* ----------------------------------------------------------------------------------- networks */

static void sizes_of_networks(void **state) {
    cnn_network *n = cnn_network_create(8, 8, 1, NULL);
    (void)state;
    REFUSED_AS(CNN_STATUS_BAD_NETWORK, cnn_network_create(0, 1, 1, e));
    REFUSED_AS(CNN_STATUS_BAD_NETWORK, cnn_network_dense(n, &(cnn_dense_options){.outputs = 0}, e));
    EACH_HUGE(h) {
        REFUSED_AS(CNN_STATUS_BAD_NETWORK, cnn_network_create(*h, 1, 1, e));
        REFUSED_AS(CNN_STATUS_BAD_NETWORK, cnn_network_create(1, 1, *h, e));
        const cnn_pair one = {1, 1}, tall = {*h, 1}, none = {0, 0};
        const cnn_conv2d_options convs[] = {
            {.channels = *h, .kernel = one, .stride = one},
            {.channels = 1, .kernel = tall, .stride = one},
            {.channels = 1, .kernel = one, .stride = tall},
            {.channels = 1, .kernel = one, .stride = one, .pad = tall},
            {.channels = 0, .kernel = one, .stride = one},
            {.channels = 1, .kernel = none, .stride = one},
            {.channels = 1, .kernel = one, .stride = {0, 1}}};
        for (size_t i = 0; i < sizeof convs / sizeof *convs; i++)
            REFUSED_AS(CNN_STATUS_BAD_NETWORK, cnn_network_conv2d(n, &convs[i], e));
        REFUSED_AS(
            CNN_STATUS_BAD_NETWORK,
            cnn_network_maxpool2d(n, &(cnn_maxpool2d_options){.window = tall, .stride = one}, e));
        REFUSED_AS(
            CNN_STATUS_BAD_NETWORK,
            cnn_network_maxpool2d(n, &(cnn_maxpool2d_options){.window = one, .stride = tall}, e));
        REFUSED_AS(CNN_STATUS_BAD_NETWORK,
                   cnn_network_dense(n, &(cnn_dense_options){.outputs = *h}, e));
    }
    assert_int_equal(cnn_network_layer_count(n), 0);
    cnn_network_free(n);
}

static void counts_of_gradcheck(void **state) {
    cnn_gradcheck_options options = CNN_GRADCHECK_OPTIONS_DEFAULT;
    (void)state;
    options.samples = SIZE_MAX;
    assert_true(cnn_gradcheck(c.network, &options, NULL, NULL, NULL, NULL));
    options.batch_size = 0;
    REFUSED(cnn_gradcheck(c.network, &options, NULL, NULL, NULL, e));
    EACH_HUGE(n) {
        options.batch_size = *n;
        REFUSED(cnn_gradcheck(c.network, &options, NULL, NULL, NULL, e));
    }
}

/* ------------------------------------------------------------------------ images and pictures */

static void sizes_of_data(void **state) {
    const uint8_t zero[64] = {0};
    const uint32_t labels[64] = {0};
    (void)state;
    for (size_t field = 0; field < 5; field++)
        for (size_t k = 0; k < 2; k++) {
            cnn_dataset_info info = {1, 1, 1, 1, 1};
            size_t *const fields[] = {&info.images, &info.height, &info.width, &info.channels,
                                      &info.classes};
            *fields[field] = k ? SIZE_MAX : 0;
            if (cnn_dataset_create(&info, zero, labels, e))
                fail_msg("field %zu: %zu", field, *fields[field]);
            assert_true(e->status == CNN_STATUS_BAD_ARGUMENT || e->status == CNN_STATUS_NO_MEMORY);
        }
    static const uint8_t IMAGE[] = {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 7};
    static const uint8_t LABEL[] = {0, 0, 8, 1, 0, 0, 0, 1, 0};
    EACH_HUGE(n) {
        REFUSED(cnn_dataset_from_idx(IMAGE, sizeof IMAGE, LABEL, sizeof LABEL, *n, e));
        REFUSED(cnn_dataset_from_idx(IMAGE, sizeof IMAGE, NULL, 0, *n, e));
    }
    REFUSED_AS(CNN_STATUS_BAD_FILE, cnn_dataset_from_idx(IMAGE, 0, LABEL, 0, 0, e));
    REFUSED(cnn_dataset_truncate(c.train, 0, e));
    assert_true(cnn_dataset_truncate(c.train, SIZE_MAX, NULL));
    assert_int_equal(cnn_dataset_get_info(c.train).images, 24);
}

static void sizes_of_pictures(void **state) {
    uint8_t pixels[16];
    (void)state;
    static const size_t CHANNELS[] = {0, 2, 4, SIZE_MAX};
    for (size_t i = 0; i < 4; i++) {
        REFUSED(cnn_picture_create(1, 1, CHANNELS[i], pixels, e));
        REFUSED(cnn_picture_parse(pixels, 16, CHANNELS[i], e));
        const cnn_pictures options = {.height = 1, .width = 1, .channels = CHANNELS[i]};
        REFUSED(cnn_dataset_load_pictures("tests", &options, e));
    }
    REFUSED_AS(CNN_STATUS_BAD_FILE, cnn_picture_parse(pixels, 0, 1, e));
    for (size_t k = 0; k < 2; k++) {
        const size_t n = k ? SIZE_MAX : 0;
        const cnn_pictures high = {.height = n, .width = 1, .channels = 1};
        const char *const names[] = {"a"};
        const cnn_pictures many = {
            .height = 1, .width = 1, .channels = 1, .classes = SIZE_MAX, .names = names};
        REFUSED(cnn_picture_create(n, 1, 1, pixels, e));
        REFUSED(cnn_picture_create(1, n, 3, pixels, e));
        REFUSED(cnn_picture_create_rgba(n, 1, pixels, e));
        REFUSED(cnn_picture_create_rgba(1, n, pixels, e));
        REFUSED(cnn_picture_resize(c.picture, n, 1, pixels, e));
        REFUSED(cnn_picture_resize(c.picture, 1, n, pixels, e));
        REFUSED(cnn_picture_fit(c.picture, n, 4, pixels, e));
        REFUSED(cnn_picture_fit(c.picture, 4, n, pixels, e));
        REFUSED(cnn_dataset_load_pictures("tests", &high, e));
        REFUSED(cnn_dataset_load_pictures("tests", &many, e));
    }
    EACH_HUGE(n) {
        REFUSED_AS(CNN_STATUS_BAD_FILE, cnn_picture_parse(pixels, *n, 1, e));
    }
}

/* ------------------------------------------------------------------------------------- models */

static const float BAD_FLOATS[] = {NAN, INFINITY, -INFINITY};
static const double BAD[] = {NAN, INFINITY, -INFINITY};

static void numbers_of_models(void **state) {
    const cnn_model_options good = CNN_MODEL_OPTIONS_DEFAULT;
    (void)state;
    assert_true(cnn_processor_count() >= 1);
    for (size_t i = 0; i < 3; i++)
        for (size_t field = 0; field < 3; field++) {
            cnn_model_options options = good;
            float *const fields[] = {&options.constant, &options.normalization.mean,
                                     &options.normalization.std};
            *fields[field] = BAD_FLOATS[i];
            REFUSED(cnn_model_create(c.network, &options, e));
        }
    EACH_HUGE(n) {
        cnn_model_options threads = good, batch = good;
        threads.threads = *n;
        batch.batch_size = *n;
        REFUSED(cnn_model_create(c.network, &threads, e));
        REFUSED_AS(*n > UINT32_MAX ? CNN_STATUS_BAD_ARGUMENT : CNN_STATUS_NO_MEMORY,
                   cnn_model_create(c.network, &batch, e));
    }
    cnn_model_options options = good;
    options.batch_size = 0;
    REFUSED(cnn_model_create(c.network, &options, e));
    options.batch_size = UINT32_MAX;
    REFUSED_AS(CNN_STATUS_NO_MEMORY, cnn_model_create(c.network, &options, e));
    options = good;
    options.backend = "";
    REFUSED(cnn_model_create(c.network, &options, e));
    options.backend = "nothing";
    REFUSED(cnn_model_create(c.network, &options, e));
}

/* No array is that long: none of it is read. */
static void counts_of_images(void **state) {
    const uint8_t image[64] = {0};
    const uint32_t index = 0;
    const float x[64] = {0};
    float p[4];
    (void)state;
    EACH_HUGE(n) {
        REFUSED(cnn_model_predict(c.model, image, *n, p, e));
        REFUSED(cnn_model_set_batch(c.model, c.train, &index, *n, e));
        REFUSED(cnn_model_set_input(c.model, x, NULL, *n, e));
    }
    REFUSED(cnn_model_predict(c.model, image, PTRDIFF_MAX / 64 + 1, p, e));
    REFUSED(cnn_model_predict(c.model, image, 0, p, e));
    assert_true(cnn_model_predict(c.model, image, 1, p, NULL));
}

/* Floats are taken as they are: results may be NaN, and stay within their arrays. */
static void inputs_of_no_number(void **state) {
    cnn_backend backend;
    (void)state;
    for (size_t b = 0; cnn_backend_at(b, &backend); b++) {
        cnn_model_options options = {.batch_size = 3, .normalization = {0, 1}};
        options.backend = backend.name;
        cnn_model *model = backend.runs ? cnn_model_create(c.network, &options, NULL) : NULL;
        const cnn_optimizer adam = CNN_OPTIMIZER_DEFAULT;
        cnn_trainer *trainer = model ? cnn_trainer_create(model, &adam, NULL, NULL) : NULL;
        for (size_t i = 0; model && i < 12; i++) {
            float x[3 * 64];
            for (size_t k = 0; k < 3 * 64; k++)
                x[k] = k % 12 >= i ? BAD_FLOATS[(i + k / 64) % 3] : (float)k;
            assert_true(cnn_model_set_input(model, x, (uint32_t[]){0, 1, 2}, 3, NULL));
            cnn_model_forward(model);
            cnn_model_backward(model);
            cnn_train_step(trainer);
        }
        cnn_trainer_free(trainer);
        cnn_model_free(model);
    }
}

/* ----------------------------------------------------------------------------------- training */

static size_t held_out_of(size_t images, double share) {
    return cnn_train_options_held_out(&(cnn_train_options){.validation = share}, images);
}

static void shares_held_out(void **state) {
    static const struct {
        size_t images;
        double share;
        size_t held_out;
    } TABLE[] = {
        {60000, -0.5, 0},
        {60000, NAN, 0},
        {60000, 2, 60000},
        {60000, INFINITY, 60000},
        {60000, -INFINITY, 0},
        {60000, 1, 60000},
        {60000, 0, 0},
        {60000, -0.0, 0},
        {60000, 0.1, 6000},
        {60000, 1e-300, 0},
        {0, 0.5, 0},
        {0, 2, 0},
        {5, 1 - 0x1p-53, 4},
        {1, 1 - 0x1p-53, 0},
        {SIZE_MAX, 2, SIZE_MAX},
    };
    (void)state;
    for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++)
        assert_int_equal(held_out_of(TABLE[i].images, TABLE[i].share), TABLE[i].held_out);
    assert_true(held_out_of(SIZE_MAX, 1 - 0x1p-53) < SIZE_MAX);
    assert_int_equal(cnn_train_options_held_out(NULL, 5), 0);
    assert_int_equal(cnn_train_options_held_out(&(cnn_train_options){.held_out = 3}, 5), 3);
    assert_int_equal(cnn_train_options_held_out(&(cnn_train_options){.held_out = 7}, 5), 5);
    static const double SHARES[] = {-0.5, NAN, 1, 2, INFINITY, -INFINITY, 1e-300, 0.01};
    for (size_t i = 0; i < sizeof SHARES / sizeof *SHARES; i++) {
        cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
        options.validation = SHARES[i];
        REFUSED(cnn_run_create(c.model, c.train, NULL, &options, e));
        REFUSED(cnn_train(c.model, c.train, NULL, &options, NULL, e));
    }
}

/* For every kind, whether it uses the field or not. */
static void reals_of_training(void **state) {
    (void)state;
    for (int kinds = 0; kinds < 3 * 4; kinds++)
        for (size_t i = 0; i < 3 * 13; i++) {
            cnn_optimizer o = CNN_OPTIMIZER_DEFAULT;
            cnn_schedule s = CNN_SCHEDULE_DEFAULT;
            double *const fields[] = {&o.lr,
                                      &o.momentum,
                                      &o.weight_decay,
                                      &o.beta1,
                                      &o.beta2,
                                      &o.epsilon,
                                      &s.gamma,
                                      &s.min_lr,
                                      &s.warmup,
                                      &s.div_factor,
                                      &s.final_div_factor,
                                      &s.base_momentum,
                                      &s.max_momentum};
            o.kind = (cnn_optimizer_kind)(kinds % 3);
            s.kind = (cnn_schedule_kind)(kinds / 3);
            s.total_steps = s.step_size = 10;
            cnn_trainer *trainer = cnn_trainer_create(c.model, &o, &s, NULL);
            assert_non_null(trainer);
            cnn_trainer_free(trainer);
            *fields[i / 3] = BAD[i % 3];
            REFUSED(cnn_trainer_create(c.model, &o, &s, e));
            cnn_train_options options = {.epochs = 1, .optimizer = o, .schedule = s};
            REFUSED(cnn_run_create(c.model, c.train, NULL, &options, e));
        }
    cnn_optimizer o = CNN_OPTIMIZER_DEFAULT;
    cnn_schedule tiny = CNN_SCHEDULE_DEFAULT;
    tiny.kind = CNN_SCHEDULE_ONECYCLE;
    tiny.total_steps = 10;
    tiny.div_factor = 1e-300;
    REFUSED(cnn_trainer_create(c.model, &o, &tiny, e));
}

/* Nothing is checked here, and no exception may be raised. */
static void any_schedule_can_be_applied(void **state) {
    static const size_t COUNTS[] = {0, 1, 2, SIZE_MAX};
    static const double REALS[] = {0, -1, 1e308, NAN, INFINITY};
    (void)state;
    for (size_t i = 0; i < 4 * 4 * 4 * 5; i++) {
        const double r = REALS[i % 5];
        cnn_optimizer o = CNN_OPTIMIZER_DEFAULT;
        const cnn_schedule s = {.kind = (cnn_schedule_kind)(i / 5 % 4),
                                .total_steps = COUNTS[i / 20 % 4],
                                .step_size = COUNTS[i / 80 % 4],
                                .gamma = r,
                                .min_lr = r,
                                .warmup = r,
                                .div_factor = r,
                                .final_div_factor = r,
                                .base_momentum = r,
                                .max_momentum = r};
        for (size_t k = 0; k < 4; k++)
            cnn_schedule_apply(&s, COUNTS[k], &o);
    }
}

static bool stop_at_four(const cnn_progress *progress, void *context) {
    (void)context;
    return progress->epoch < 4;
}

/* An endless run: its checkpoint can be read again, and it ends where a stopped one would. */
static void counts_of_training(void **state) {
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    void *folder;
    (void)state;
    options.epochs = 0;
    REFUSED(cnn_run_create(c.model, c.train, NULL, &options, e));
    assert_int_equal(fixture_create(&folder), 0);
    const char *path = fixture_path(folder, "run");
    for (int kind = 0; cnn_schedule_kind_name((cnn_schedule_kind)kind); kind++) {
        options.epochs = SIZE_MAX;
        options.progress = stop_at_four;
        options.schedule.kind = (cnn_schedule_kind)kind;
        cnn_run *run = cnn_run_create(c.model, c.train, NULL, &options, &calls_error);
        assert_non_null(run);
        assert_false(cnn_run_train(run, NULL, &calls_error));
        assert_int_equal(calls_error.status, CNN_STATUS_STOPPED);
        assert_true(cnn_run_save(run, path, NULL));
        cnn_checkpoint *checkpoint = cnn_checkpoint_load(path, &calls_error);
        if (!checkpoint)
            fail_msg("%s", calls_error.message);
        assert_true(cnn_checkpoint_options(checkpoint).epochs == SIZE_MAX);
        assert_int_equal(cnn_checkpoint_batch_size(checkpoint), 8);
        cnn_model *model = cnn_checkpoint_model(checkpoint, NULL, NULL);
        cnn_run *resumed =
            cnn_run_resume(checkpoint, model, c.train, NULL, stop_at_four, NULL, &calls_error);
        assert_non_null(resumed);
        assert_int_equal(cnn_run_get_info(resumed).step, cnn_run_get_info(run).step);
        cnn_run_free(resumed);
        cnn_model_free(model);
        cnn_checkpoint_free(checkpoint);
        cnn_run_free(run);
    }
    fixture_remove(&folder);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, calls_make, calls_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(sizes_of_networks),           TEST(counts_of_gradcheck), TEST(sizes_of_data),
        TEST(sizes_of_pictures),           TEST(numbers_of_models),   TEST(counts_of_images),
        TEST(inputs_of_no_number),         TEST(shares_held_out),     TEST(reals_of_training),
        TEST(any_schedule_can_be_applied), TEST(counts_of_training),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
