/* A run that is stopped between any two steps and resumed by another ends in the same bytes as one
 * that never stopped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "fixture.h"
#include "pairs.h"
#include "sample.h"

enum { STEPS = 200, BATCH = 16, IMAGES = 125, HELD_OUT = 25, EPOCHS = 29 };

/* Seven steps an epoch, of which the last has 4 images: the run has 203 steps. */
typedef struct kind {
    const char *name;
    cnn_optimizer optimizer;
    cnn_schedule schedule;
    size_t threads, later; /* later: of those who resume */
} kind;

#define ADAM                                                                                       \
    {                                                                                              \
        .kind = CNN_OPTIMIZER_ADAM, .lr = 0.01, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8,     \
        .weight_decay = 1e-3                                                                       \
    }
#define ADAMW                                                                                      \
    {                                                                                              \
        .kind = CNN_OPTIMIZER_ADAMW, .lr = 0.01, .beta1 = 0.8, .beta2 = 0.99, .epsilon = 1e-7,     \
        .weight_decay = 0.1                                                                        \
    }
#define SGD                                                                                        \
    {                                                                                              \
        .kind = CNN_OPTIMIZER_SGD, .lr = 0.05, .momentum = 0.9, .nesterov = true,                  \
        .weight_decay = 1e-4                                                                       \
    }
#define CONSTANT                                                                                   \
    { .kind = CNN_SCHEDULE_CONSTANT }
#define STEP                                                                                       \
    { .kind = CNN_SCHEDULE_STEP, .gamma = 0.7 }
#define COSINE                                                                                     \
    { .kind = CNN_SCHEDULE_COSINE, .min_lr = 1e-4 }
#define ONECYCLE                                                                                   \
    {                                                                                              \
        .kind = CNN_SCHEDULE_ONECYCLE, .warmup = 0.3, .div_factor = 25, .final_div_factor = 1e4,   \
        .base_momentum = 0.85, .max_momentum = 0.95                                                \
    }
static const kind kinds[] = {
    {"adam, one cycle", ADAM, ONECYCLE, 2, 1},
    {"adamw, cosine", ADAMW, COSINE, 1, 2},
    {"sgd, step", SGD, STEP, 1, 1},
    {"adam, constant", ADAM, CONSTANT, 1, 1},
    {"adam, step", ADAM, STEP, 1, 1},
    {"adam, cosine", ADAM, COSINE, 1, 1},
    {"adamw, constant", ADAMW, CONSTANT, 1, 1},
    {"adamw, step", ADAMW, STEP, 1, 1},
    {"adamw, one cycle", ADAMW, ONECYCLE, 1, 1},
    {"sgd, constant", SGD, CONSTANT, 1, 1},
    {"sgd, cosine", SGD, COSINE, 1, 1},
    {"sgd, one cycle", SGD, ONECYCLE, 2, 2},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* A file in memory. */
typedef struct blob {
    uint8_t *bytes;
    size_t size;
} blob;

static blob blob_of(const safetensors_image *file) {
    blob blob = {malloc(file->size), 0};
    assert_non_null(blob.bytes);
    for (size_t i = 0; i < file->count; i++) {
        if (file->parts[i].size)
            memcpy(blob.bytes + blob.size, file->parts[i].data, file->parts[i].size);
        blob.size += file->parts[i].size;
    }
    return blob;
}

/* What cnn_run_save() would write. */
static blob saved(cnn_run *run) {
    checkpoint_image image;
    cnn_error error;
    if (!checkpoint_build(&image, run, &error))
        fail_msg("%s", error.message);
    const blob blob = blob_of(&image.model.file);
    checkpoint_release(&image);
    return blob;
}

static blob model_file(const cnn_model *model) {
    model_image image;
    assert_true(model_image_build(&image, model, NULL));
    const blob blob = blob_of(&image.file);
    model_image_release(&image);
    return blob;
}

static void assert_same(const char *name, size_t step, const blob *a, const blob *b) {
    if (a->size != b->size || memcmp(a->bytes, b->bytes, a->size))
        fail_msg("%s: stopped after step %zu, the files differ", name, step);
}

/* One way through a run: stops after the steps given, saves, and resumes as another process
 * would. */
typedef struct walk {
    const kind *kind;
    const cnn_dataset *train, *test;
    cnn_model *model;
    cnn_run *run;
    size_t stop_at; /* a step, or 0 */
    bool at_ends;   /* and stop at the end of each epoch */
    blob *keep;     /* [STEPS + 1] saved after each step, or NULL */
    cnn_epoch history[EPOCHS];
} walk;

static bool on_progress(const cnn_progress *progress, void *context) {
    walk *walk = context;
    const size_t step = cnn_run_get_info(walk->run).step;
    if (progress->finished)
        return !walk->at_ends;
    if (walk->keep && step <= STEPS)
        walk->keep[step] = saved(walk->run);
    return step != walk->stop_at;
}

static void begin(walk *walk) {
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    options.epochs = EPOCHS;
    options.seed = 7;
    options.validation = (double)HELD_OUT / IMAGES;
    options.optimizer = walk->kind->optimizer;
    options.schedule = walk->kind->schedule;
    options.progress = on_progress;
    options.context = walk;
    walk->model = sample_model(BATCH, walk->kind->threads);
    walk->run = cnn_run_create(walk->model, walk->train, walk->test, &options, NULL);
    assert_non_null(walk->run);
    assert_int_equal(cnn_run_get_info(walk->run).held_out, HELD_OUT);
}

/* As after a start of the program: only the bytes are left. */
static void begin_from(walk *walk, const blob *from) {
    cnn_model_options options = CNN_MODEL_OPTIONS_DEFAULT;
    cnn_error error;
    options.threads = walk->kind->later;
    cnn_checkpoint *checkpoint = cnn_checkpoint_parse(from->bytes, from->size, &error);
    if (!checkpoint)
        fail_msg("%s: %s", walk->kind->name, error.message);
    walk->model = cnn_checkpoint_model(checkpoint, &options, NULL);
    assert_non_null(walk->model);
    walk->run =
        cnn_run_resume(checkpoint, walk->model, walk->train, walk->test, on_progress, walk, NULL);
    assert_non_null(walk->run);
    cnn_checkpoint_free(checkpoint);
}

static void end(walk *walk) {
    cnn_run_free(walk->run);
    cnn_model_free(walk->model);
}

/* False if it was stopped. */
static bool go(walk *walk) {
    cnn_error error = {.status = CNN_STATUS_OK};
    const bool ended = cnn_run_train(walk->run, walk->history, &error);
    assert_true(ended || error.status == CNN_STATUS_STOPPED);
    return ended;
}

static bool same_number(double a, double b) {
    return a == b || (isnan(a) && isnan(b));
}

/* Everything but the time. */
static void assert_same_history(const cnn_epoch *a, const cnn_epoch *b) {
    for (size_t i = 0; i < EPOCHS; i++) {
        assert_true(same_number(a[i].train_loss, b[i].train_loss));
        assert_true(same_number(a[i].validation_loss, b[i].validation_loss));
        assert_true(same_number(a[i].validation_accuracy, b[i].validation_accuracy));
        assert_true(same_number(a[i].test_loss, b[i].test_loss));
        assert_true(same_number(a[i].test_accuracy, b[i].test_accuracy));
        assert_true(a[i].best == b[i].best);
    }
}

static cnn_dataset *train_set, *test_set;

static int make_sets(void **state) {
    (void)state;
    train_set = sample_dataset(IMAGES, 1);
    test_set = sample_dataset(40, 2);
    return train_set && test_set ? 0 : -1;
}

static int free_sets(void **state) {
    (void)state;
    cnn_dataset_free(train_set);
    cnn_dataset_free(test_set);
    return 0;
}

/* The run that never stops, saved after each step unless keep is NULL. */
static blob unbroken(walk *walk, const kind *kind, blob *keep) {
    *walk = (struct walk){.kind = kind, .train = train_set, .test = test_set, .keep = keep};
    begin(walk);
    assert_true(go(walk));
    assert_int_equal(cnn_run_get_info(walk->run).step, EPOCHS * 7);
    const blob file = model_file(walk->model);
    end(walk);
    return file;
}

/* Each step by itself, and each eighth of two more kinds, so that every optimizer and every
 * schedule that moves is seen. */
static void test_stopped_once_at_every_step(void **state) {
    static blob at[STEPS + 1];
    walk whole, part;
    const size_t stride = STEPS / rounds_of(STEPS);
    (void)state;
    for (size_t k = 0; k < 3; k++) {
        blob wanted = unbroken(&whole, &kinds[k], at);
        for (size_t step = 1; step <= STEPS; step++) {
            if (step % (k ? 8 * stride : stride))
                continue;
            part = (walk){.kind = &kinds[k], .train = train_set, .test = test_set};
            begin_from(&part, &at[step]);
            assert_int_equal(cnn_run_get_info(part.run).step, step);
            assert_true(go(&part));
            blob got = model_file(part.model);
            assert_same(kinds[k].name, step, &wanted, &got);
            assert_same_history(whole.history, part.history);
            end(&part);
            free(got.bytes);
        }
        for (size_t step = 1; step <= STEPS; step++)
            free(at[step].bytes);
        free(wanted.bytes);
    }
}

/* Every kind, stopped after every step and every epoch of one run: errors would add up. */
static void test_stopped_at_every_step_of_one_run(void **state) {
    walk whole, part;
    (void)state;
    for (size_t k = 0; k < rounds_of(KINDS); k++) {
        blob wanted = unbroken(&whole, &kinds[k], NULL);
        part = (walk){
            .kind = &kinds[k], .train = train_set, .test = test_set, .stop_at = 1, .at_ends = true};
        begin(&part);
        size_t stops = 0;
        while (!go(&part)) {
            blob file = saved(part.run);
            stops++;
            part.stop_at = cnn_run_get_info(part.run).step + 1;
            end(&part);
            begin_from(&part, &file);
            free(file.bytes);
        }
        assert_int_equal(stops, EPOCHS * 8);
        blob got = model_file(part.model);
        assert_same(kinds[k].name, STEPS, &wanted, &got);
        assert_same_history(whole.history, part.history);
        end(&part);
        free(got.bytes);
        free(wanted.bytes);
    }
}

/* Without another process: a stopped run continues when it is asked to. */
static void test_goes_on_in_place(void **state) {
    walk whole, part;
    (void)state;
    blob wanted = unbroken(&whole, &kinds[0], NULL);
    part = (walk){.kind = &kinds[0], .train = train_set, .test = test_set, .stop_at = 10};
    begin(&part);
    assert_false(go(&part));
    part.stop_at = 0;
    assert_true(go(&part));
    assert_true(go(&part)); /* at its end nothing is left to do */
    blob got = model_file(part.model);
    assert_same(kinds[0].name, 10, &wanted, &got);
    end(&part);
    free(got.bytes);
    free(wanted.bytes);
}

/* The same state makes the same bytes, and reading it back loses nothing. */
static void test_saved_again_is_the_same(void **state) {
    walk part = {.kind = &kinds[2], .train = train_set, .test = test_set, .stop_at = 100};
    (void)state;
    begin(&part);
    assert_true(cnn_run_set_note(part.run, "{\"caf\xc3\xa9\": 1}", NULL));
    assert_false(go(&part));
    blob first = saved(part.run);
    end(&part);
    begin_from(&part, &first);
    blob second = saved(part.run);
    assert_same(kinds[2].name, 100, &first, &second);
    end(&part);
    free(first.bytes);
    free(second.bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stopped_once_at_every_step),
        cmocka_unit_test(test_stopped_at_every_step_of_one_run),
        cmocka_unit_test(test_goes_on_in_place),
        cmocka_unit_test(test_saved_again_is_the_same),
    };
    return cmocka_run_group_tests(tests, make_sets, free_sets);
}
