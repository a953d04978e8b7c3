/* fork() with an existing model: the child works alone with what it inherits, with the same bits,
 * while the parent continues. A child that hangs is ended, and counts as failed. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bounds.h"
#include "calls.h"
#include "pool.h"
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child reports: whether all went well, and the sum of its results. */
typedef struct answer {
    bool good;
    unsigned long sum;
} answer;

typedef answer (*child_task)(void);

static pid_t begin_child(child_task do_it, int *from) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        alarm(20);
        const answer got = do_it();
        _exit(write(ends[1], &got, sizeof got) == (ssize_t)sizeof got ? 0 : 1);
    }
    assert_true(child > 0);
    close(ends[1]);
    *from = ends[0];
    return child;
}

/* The thread sanitizer does not follow threads that a child starts. */
static void skip_if_followed(void) {
#if defined(__SANITIZE_THREAD__)
    skip();
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
    skip();
#endif
#endif
}

static answer end_child(pid_t child, int from) {
    answer got = {0};
    int status;
    const ssize_t size = read(from, &got, sizeof got);
    close(from);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (size != (ssize_t)sizeof got || !WIFEXITED(status) || WEXITSTATUS(status))
        fail_msg("the child ended with status %x", (unsigned)status);
    return got;
}

static unsigned long bytes_sum(const void *bytes, size_t size) {
    unsigned long sum = 5381;
    for (size_t i = 0; i < size; i++)
        sum = 33 * sum + ((const unsigned char *)bytes)[i];
    return sum;
}

/* -------------------------------------------------------------------------------- its tasks */

/* One image, which threads split, and all, which they divide among themselves. */
static answer predict(void) {
    float p[24 * 4], one[4];
    const uint8_t *images = cnn_dataset_image_at(c.train, 0);
    const bool good = cnn_model_predict(c.model, images, 24, p, NULL) &&
                      cnn_model_predict(c.model, images, 1, one, NULL) &&
                      !memcmp(p, one, sizeof one);
    return (answer){good, bytes_sum(p, sizeof p)};
}

static answer train_on(void) {
    const bool good = cnn_run_train(c.run, NULL, NULL) && cnn_run_save(c.run, "/dev/null", NULL);
    return (answer){good, calls_parameters(c.model)};
}

static answer free_all(void) {
    const bool good = cnn_model_threads(c.model) == 1;
    calls_free(NULL);
    return (answer){good, 0};
}

static answer make_own(void) {
    cnn_model *model = sample_model(8, 3);
    const bool good = model && cnn_model_threads(model) == POOL_THREADS(3) &&
                      cnn_train(model, c.train, c.test, NULL, NULL, NULL);
    const unsigned long sum = good ? calls_parameters(model) : 0;
    cnn_model_free(model);
    return (answer){good, sum};
}

/* A child of the child, with a model of each of the three. */
static answer grandchild(void) {
    cnn_model *model = sample_model(8, 2);
    float p[4], q[4];
    int status;
    const uint8_t *image = cnn_dataset_image_at(c.train, 0);
    const bool good = cnn_model_predict(model, image, 1, p, NULL);
    const pid_t child = fork();
    if (child == 0) {
        alarm(20);
        cnn_model *own = sample_model(8, 2);
        const bool fine = cnn_model_predict(model, image, 1, q, NULL) && !memcmp(p, q, sizeof p) &&
                          predict().good && cnn_model_predict(own, image, 1, q, NULL) &&
                          cnn_model_threads(model) == 1 &&
                          cnn_model_threads(own) == POOL_THREADS(2);
        cnn_model_free(own);
        cnn_model_free(model);
        _exit(fine ? 0 : 1);
    }
    const bool ended = waitpid(child, &status, 0) == child && status == 0;
    const bool still = cnn_model_threads(model) == POOL_THREADS(2);
    cnn_model_free(model);
    return (answer){good && ended && still, 0};
}

/* ------------------------------------------------------------------------------------ the tests */

/* The parent does the same meanwhile, with the same result. */
static void both_do(child_task do_it) {
    int from;
    const pid_t child = begin_child(do_it, &from);
    const answer own = do_it();
    const answer got = end_child(child, from);
    assert_true(own.good && got.good);
    assert_true(got.sum == own.sum);
}

static void child_predicts(void **state) {
    (void)state;
    both_do(predict);
    /* With workers asleep, too. */
    usleep(20000);
    both_do(predict);
    assert_int_equal(cnn_model_threads(c.model), POOL_THREADS(2));
}

static void child_trains_on(void **state) {
    (void)state;
    calls_batch(8);
    cnn_train_step(c.trainer);
    both_do(train_on);
}

static void child_frees(void **state) {
    int from;
    (void)state;
    const pid_t child = begin_child(free_all, &from);
    assert_true(predict().good);
    assert_true(end_child(child, from).good);
    assert_true(predict().good);
}

static void child_makes_its_own(void **state) {
    (void)state;
    skip_if_followed();
    both_do(make_own);
}

static void children_have_children(void **state) {
    int from;
    (void)state;
    skip_if_followed();
    const pid_t child = begin_child(grandchild, &from);
    assert_true(end_child(child, from).good);
}

static bool fork_in_callback(const cnn_progress *progress, void *context) {
    int *from = context;
    if (progress->images == 8 && progress->epoch == 0 && !progress->finished) {
        from[1] = begin_child(predict, from);
        assert_true(from[1] > 0);
    }
    return true;
}

/* In the middle of a run, between its rounds. */
static void child_of_a_run(void **state) {
    cnn_train_options options = CNN_TRAIN_OPTIONS_DEFAULT;
    int from[2] = {0, 0};
    (void)state;
    options.progress = fork_in_callback;
    options.context = from;
    assert_true(cnn_train(c.model, c.train, NULL, &options, NULL, NULL));
    assert_true(end_child(from[1], from[0]).good);
}

static void add(void *context, size_t i, size_t worker) {
    (void)worker;
    ((size_t *)context)[i] += i;
}

/* Right after the beginning of rounds, when workers are anywhere. */
static void many_forks(void **state) {
    pool *pool = pool_create(4, NULL);
    size_t sums[16] = {0};
    (void)state;
    assert_non_null(pool);
    for (size_t i = 0; i < 50; i++) {
        int status;
        pool_run(pool, 16, add, sums);
        const pid_t child = fork();
        if (child == 0) {
            alarm(20);
            pool_run(pool, 16, add, sums);
            const bool good = sums[15] == 15 * (i + 2) && pool_threads(pool) == 1;
            pool_free(pool);
            _exit(good ? 0 : 1);
        }
        pool_run(pool, 16, add, sums);
        sums[15] -= 15;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
    pool_free(pool);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, calls_make, calls_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(child_predicts),         TEST(child_trains_on),        TEST(child_frees),
        TEST(child_makes_its_own),    TEST(children_have_children), TEST(child_of_a_run),
        cmocka_unit_test(many_forks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
